export { CONSOLE_HEADERS, consoleFile, type ConsoleFile } from './console-files.js';
