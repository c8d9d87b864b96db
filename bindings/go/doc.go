// Package loginid is the LoginID server SDK over the C library libloginid.
//
// A Client may be used by any number of goroutines at once:
//
//	client, err := loginid.NewFromEnv()
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	user, err := client.GetUser(ctx, "ada@example.com")
//	var failure *loginid.Error
//	if errors.As(err, &failure) && failure.Code == "user_not_found" {
//		…
//	}
//
// Every result has the service's answer in full in its Raw field. The other fields
// have the members with exactly their names; read Raw with JSONGet or into a map,
// because encoding/json matches the names of a struct without regard to case.
//
// # Contexts
//
// No call starts with a context that is done or whose deadline has passed. WaitCode ends when its context
// does. The other calls come to their own end, which the configured
// request_timeout_ms limits: a request that may have reached the service is not
// given up halfway, because nobody would know whether it was carried out.
//
// # Optional arguments
//
// An empty string is "not given" where an argument may be left out. Where that
// would leave out a check there are two methods, as VerifyToken and
// VerifyTokenOf, and an empty string is an error.
//
// # Secrets
//
// The copies of arguments that are made for C are wiped. Go strings cannot be
// wiped: what is passed and what is returned stays in memory until the garbage
// collector reuses it.
package loginid
