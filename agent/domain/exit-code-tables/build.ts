import type { ExitCodeTable } from './table.ts';

/** What builds, tests and deploys: version control, compilers, package managers, linters, infrastructure. */
export const BUILD: readonly ExitCodeTable[] = [
  {
    context: 'git',
    source: 'git, usage.c and die()',
    programs: ['git'],
    codes: {
      1: 'git diff --exit-code and its kin: there are differences',
      128: 'a fatal error such as no repository, no network or no permission',
      129: 'wrong usage',
    },
  },
  {
    context: 'make',
    source: 'GNU make manual, “Running make”',
    programs: ['make', 'gmake'],
    codes: { 1: 'make -q: a target is not up to date', 2: 'a recipe failed' },
  },
  {
    context: 'npm',
    source: 'npm, lib/cli/exit-handler.js: the error number of the system, negated, in one byte',
    programs: ['npm', 'npx'],
    codes: {
      1: 'npm failed, or it passes on the 1 of a script it ran',
      228: 'no space left on the device (ENOSPC)',
      243: 'permission denied (EACCES), often a cache or folder that belongs to root',
      254: 'a file does not exist (ENOENT), often package.json',
    },
  },
  {
    context: 'pip',
    source: 'pip, src/pip/_internal/cli/status_codes.py',
    programs: ['pip', 'pip3'],
    codes: {
      1: 'an error, for example a package that could not be found or built',
      2: 'wrong usage',
      23: 'pip search: nothing was found',
    },
  },
  {
    context: 'pytest',
    source: 'pytest documentation, “Exit codes”',
    programs: ['pytest', 'py.test'],
    codes: {
      1: 'some tests failed',
      2: 'the run was interrupted',
      3: 'an internal error',
      4: 'wrong usage',
      5: 'no tests were collected',
    },
  },
  {
    context: 'eslint',
    source: 'ESLint documentation, “Exit codes”',
    programs: ['eslint'],
    codes: {
      1: 'problems were found',
      2: 'a wrong configuration or an internal error',
    },
  },
  {
    context: 'prettier --check',
    source: 'Prettier documentation, CLI',
    programs: ['prettier'],
    codes: {
      1: 'a file is not formatted',
      2: 'something is wrong with Prettier or its input',
    },
  },
  {
    context: 'tsc',
    source: 'TypeScript, ExitStatus',
    programs: ['tsc'],
    codes: {
      1: 'errors were found and nothing was written',
      2: 'errors were found and output was written all the same',
    },
  },
  {
    context: 'black',
    source: 'Black documentation, usage',
    programs: ['black'],
    codes: {
      1: 'black --check: a file would be changed',
      123: 'an internal error',
    },
  },
  {
    context: 'shellcheck',
    source: 'shellcheck(1), RETURN VALUES',
    programs: ['shellcheck'],
    codes: {
      1: 'problems were found',
      2: 'a file could not be read',
      3: 'wrong usage',
      4: 'an option that cannot be combined',
    },
  },
  {
    context: 'golangci-lint',
    source: 'golangci-lint, pkg/exitcodes',
    programs: ['golangci-lint'],
    codes: {
      1: 'problems were found',
      3: 'a failure',
      4: 'the time limit was reached',
      5: 'there are no Go files',
      7: 'an error was logged',
    },
  },
  {
    context: 'phpunit',
    source: 'PHPUnit, ShellExitCodeCalculator',
    programs: ['phpunit'],
    codes: {
      1: 'a test failed',
      2: 'a test ended in an error, or PHPUnit itself did',
    },
  },
  {
    context: 'composer',
    source: 'Composer documentation, “Process exit codes”; Installer::ERROR_*',
    programs: ['composer'],
    codes: {
      1: 'a general error',
      2: 'the dependencies cannot be resolved',
      3: 'there is no lock file for a partial update',
      4: 'the lock file does not match composer.json',
      5: 'an audit found vulnerable packages',
      100: 'a download failed',
    },
  },
  {
    context: 'bundler',
    source: 'Bundler, lib/bundler/errors.rb',
    programs: ['bundle', 'bundler'],
    codes: {
      5: 'a gem could not be installed',
      6: 'the versions of the gems contradict one another',
      7: 'a gem was not found',
      10: 'there is no Gemfile',
      11: 'git failed',
    },
  },
  {
    context: 'gcc, g++',
    source: 'gcc(1)',
    programs: ['gcc', 'g++', 'cc', 'c++'],
    codes: {
      1: 'the source does not compile or link',
      4: 'an internal error of the compiler',
    },
  },
  {
    context: 'cargo',
    source: 'cargo(1), EXIT STATUS',
    programs: ['cargo'],
    codes: {
      1: 'cargo run passes on the 1 of its program',
      101: 'cargo failed',
    },
  },
  {
    context: 'apt-get, apt',
    source: 'apt-get(8), DIAGNOSTICS',
    programs: ['apt-get', 'apt'],
    codes: {
      100: 'an error, for example a package or an index that could not be fetched',
    },
  },
  {
    context: 'dnf, yum',
    source: 'dnf(8), EXIT STATUS',
    programs: ['dnf', 'yum', 'microdnf'],
    codes: {
      1: 'an error',
      3: 'an error of its own that it did not expect',
      100: 'check-update: there are updates',
      200: 'the lock of another process could not be taken',
    },
  },
  {
    context: 'dpkg',
    source: 'dpkg(1), EXIT STATUS',
    programs: ['dpkg'],
    codes: {
      1: 'a check said no',
      2: 'a fatal error, such as a locked database or wrong usage',
    },
  },
  {
    context: 'terraform plan -detailed-exitcode',
    source: 'Terraform documentation',
    programs: ['terraform', 'tofu'],
    codes: { 2: 'the plan succeeded and there are changes' },
  },
  {
    context: 'ansible-playbook',
    source: 'ansible-playbook(1), EXIT STATUS',
    programs: ['ansible-playbook', 'ansible'],
    codes: {
      1: 'an error',
      2: 'a task failed on one or more hosts',
      4: 'one or more hosts are unreachable, or a playbook could not be read',
      5: 'wrong options',
      99: 'it was interrupted',
      250: 'an error that it did not expect',
    },
  },
  {
    context: 'aws',
    source: 'AWS CLI documentation, “Return codes”',
    programs: ['aws'],
    codes: {
      1: 'one or more transfers of S3 failed',
      2: 'one or more files were left out by S3, or wrong usage',
      130: 'it was interrupted',
      252: 'wrong usage',
      253: 'a wrong environment or configuration, such as missing credentials',
      254: 'the service answered with an error',
      255: 'the command failed',
    },
  },
  {
    context: 'az',
    source: 'Azure CLI documentation, “Exit codes”',
    programs: ['az'],
    codes: {
      1: 'a general error',
      2: 'wrong usage',
      3: 'the resource does not exist',
    },
  },
  {
    context: 'vault',
    source: 'Vault documentation, CLI exit codes',
    programs: ['vault'],
    codes: {
      1: 'a local error, such as wrong usage',
      2: 'an error of the server; vault status: it is sealed',
    },
  },
  {
    context: 'k6',
    source: 'k6, errext/exitcodes',
    programs: ['k6'],
    codes: {
      99: 'a threshold was not met',
      100: 'the set-up took too long',
      104: 'a wrong configuration',
      105: 'it was stopped from outside',
      107: 'an exception in the script',
    },
  },
];
