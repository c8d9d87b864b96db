//! The texts of `--help`. A test compares them with the man page and the completions.

pub const ALL: &str = "\
Checks a configuration of libloginid, makes keys, reads and verifies tokens.

usage: loginid doctor [OPTION...]          check configuration, connection, keys and clock
       loginid keygen -o FILE [OPTION...]  make a key pair for an application
       loginid token decode [OPTION...]    show what a token says, without verifying it
       loginid token verify [OPTION...]    verify a token of the service
       loginid config check [OPTION...]    show the configuration in effect

options:
  --json         print one JSON document
  -h, --help     this text; after a command, its options
  -V, --version  the version
";

pub const DOCTOR: &str = "\
Checks the LOGINID_* variables that are set, with the library itself: the configuration, the keys,
the way to the service (name, proxy, certificates), the clock, and that the service accepts the
application. It changes nothing at the service. One line each; the status is 0 only if all is well,
else 1.

usage: loginid doctor [OPTION...]

options:
  --public-key FILE  the public key that the dashboard has, to compare the private one with
  --json             print one JSON document
  -h, --help         this text
";

pub const KEYGEN: &str = "\
Makes a key pair (ECDSA on P-256). The private key is written to a new file that only you can read
(PKCS#8 PEM, mode 0600); the public key, for the dashboard, to standard output. No file is ever
overwritten.

With -o - the private key is written to standard output, for a program that keeps it, and --public
is required: loginid keygen -o - --public key.pub | PROGRAM

usage: loginid keygen -o FILE [OPTION...]

options:
  -o, --output FILE  the file for the private key; - is standard output
  --public FILE      a file for the public key, instead of standard output
  --json             print one JSON document
  -h, --help         this text
";

pub const DECODE: &str = "\
Shows the header and the claims of a token, and its times in words. NOTHING IS VERIFIED: anyone can
write a token that says the same. The token is read from standard input.

usage: loginid token decode [OPTION...] < TOKEN

options:
  --token-file FILE  read the token from this file; - is standard input
  --json             print one JSON document
  -h, --help         this text
";

pub const VERIFY: &str = "\
Verifies a token that the service issued, as the library does: signature, application, issuer and
times. The configuration is that of the environment (LOGINID_*). The token is read from standard
input. The status is 0 if it is valid, 1 if not, 2 for wrong arguments or a wrong configuration, and
3 if it could not be checked, for example without a network.

usage: loginid token verify [OPTION...] < TOKEN

options:
  --token-file FILE  read the token from this file; - is standard input
  --service NAME     v1 or v2, if the variables of both are set
  --config FILE      read the configuration from this file (JSON), not from the environment
  --public-key FILE  v1: the service's public key (PEM); nothing is then requested
  --key-set FILE     v2: the application's key set (JSON); nothing is then requested
  --username NAME    the token must be of this user
  --tx-payload FILE  the token must confirm the transaction with this payload, and is then no login
  --nonce NONCE      the nonce of that transaction; required with v2
  --json             print one JSON document
  -h, --help         this text
";

pub const CONFIG_CHECK: &str = "\
Reads the configuration as the library does, and shows each setting in effect and where it comes from.
Secrets are not shown, and nothing is connected to. The status is 0 if the configuration is valid,
1 if not, and 2 if there is none.

usage: loginid config check [OPTION...]

options:
  --file FILE     read the configuration from this file (JSON), not from the environment
  --service NAME  v1 or v2, if it is not clear which one is meant
  --json          print one JSON document
  -h, --help      this text
";
