// wasi.mjs PROGRAM ARGUMENT.. - runs a WebAssembly program that was compiled for WASI, by node, with the environment.  Of
// the files it sees those below the folder it is started in, whose name it finds in PWD, and below /tmp.
import { readFile } from 'node:fs/promises';
import { argv, cwd, env, exit } from 'node:process';
import { WASI } from 'node:wasi';

const wasi = new WASI({ version: 'preview1', args: argv.slice(2), env: { ...env, PWD: cwd() }, returnOnExit: true,
                        preopens: { [cwd()]: cwd(), '/tmp': '/tmp' } });
const program = await WebAssembly.compile(await readFile(argv[2]));
exit(wasi.start(await WebAssembly.instantiate(program, wasi.getImportObject())));
