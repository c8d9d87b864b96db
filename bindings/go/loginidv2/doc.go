// Package loginidv2 is the server SDK for LoginID's current service (base URL and API key),
// over the C library libloginid. Package loginid is for the older one (client id and private
// key).
//
// A Client may be used by any number of goroutines at once:
//
//	client, err := loginidv2.NewFromEnv()
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	verified, err := client.VerifyToken(ctx, token)
//	if err != nil {
//		return err // The user is not logged in.
//	}
//	user := verified.Claims.Username
//
// Every result has the service's complete answer in its Raw field; the documentation of a
// method shows what that is, with … for values. The other fields are the members with
// exactly their names; read Raw with JSONGet or into a map, because
// encoding/json matches the names of a struct without regard to case.
//
// # Errors
//
// Every error of a call is an [*Error]. errors.Is tells what it is: [ErrTokenExpired],
// [ErrNotFound] and the other Err… variables.
//
// # Contexts
//
// Every call ends with its context, within 100 ms, in each of its phases: errors.Is finds
// context.Canceled or context.DeadlineExceeded in the error, and the cause of the context. The
// service may have executed the request nevertheless. The deadline of a context is the limit of
// the call in place of the configured request_timeout_ms. No call starts if its context is done
// or its deadline has passed.
//
// # Optional arguments
//
// An empty string means "not given" for optional arguments. Where that would skip a
// check there are two methods, for example VerifyToken and VerifyTokenOf, and an empty
// string is an error.
//
// # Tests
//
// Package loginidtest starts an emulator of the service. [API] is the interface of a Client, for
// programs that put something else in its place; an error for it is a literal of its status and
// code, for example &Error{Status: StatusAPI, Code: "not_found"}.
//
// # Secrets
//
// The copies of arguments that are made for C are wiped. Go strings cannot be wiped:
// arguments and results stay in memory until the garbage collector reuses it. A Config, an
// Options, a Client and a Who show no secrets when they are formatted or logged; a struct of yours
// that has one in an unexported field is formatted without their methods.
package loginidv2
