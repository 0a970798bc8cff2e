// refused by @nx/enforce-module-boundaries
import { connect } from 'mongoose';

export const open = connect;
