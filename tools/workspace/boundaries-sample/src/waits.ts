// refused by no-restricted-syntax
export const wait = async (work: Promise<void>): Promise<void> => { await work; };
