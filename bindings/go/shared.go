package loginid

import (
	"log/slog"

	"github.com/libloginid/libloginid/bindings/go/internal/native"
)

// Error is the error of every call, of both services; [errors.As] finds it. Its fields:
//
//	Status      Status           the kind of the error
//	Code        string           the service's code for its own errors, else one of the library's
//	Message     string           human-readable; it says what is wrong and how to fix it
//	Operation   string           the call, for example "get_user", or empty
//	HTTPStatus  int              that of the service's answer, or 0 if there was none
//	RequestID   string           for the service's support, or empty
//	Retryable   bool             whether the call can be repeated safely: nothing is done twice
//	RetryAfter  time.Duration    how long to wait before that, or 0
//	Raw         json.RawMessage  the error object as JSON, in the form of the C library's
//
// It is a net.Error, whose Timeout method tells whether the time of the call was over.
// [errors.Is] finds the context's error and its cause in the error of a call that the context
// ended, and the Err… variable of its status or code in each error.
type Error = native.Error

// Status is the kind of an error. Its String method has the name in C, for example
// "LID_ERROR_API".
type Status = native.Status

// The kinds of errors. There may be more in later versions.
const (
	// StatusInvalidArgument: an argument cannot be used. Nothing was sent.
	StatusInvalidArgument Status = native.StatusInvalidArgument
	// StatusConfig: the configuration cannot be used.
	StatusConfig Status = native.StatusConfig
	// StatusPrivateKey: the application's key is missing or cannot be used.
	StatusPrivateKey Status = native.StatusPrivateKey
	// StatusTokenInvalid: a token is malformed, or not signed by the service.
	StatusTokenInvalid Status = native.StatusTokenInvalid
	// StatusTokenExpired: a token is expired, not yet valid or too old.
	StatusTokenExpired Status = native.StatusTokenExpired
	// StatusClaimMismatch: a token of another application, user, transaction or kind.
	StatusClaimMismatch Status = native.StatusClaimMismatch
	// StatusAPI: the service refused the call.
	StatusAPI Status = native.StatusAPI
	// StatusRateLimited: too many calls, also after the retries.
	StatusRateLimited Status = native.StatusRateLimited
	// StatusNetwork: no connection, or it broke.
	StatusNetwork Status = native.StatusNetwork
	// StatusTLS: no trusted TLS connection.
	StatusTLS Status = native.StatusTLS
	// StatusTimeout: the time of the call was over.
	StatusTimeout Status = native.StatusTimeout
	// StatusCancelled: the context ended the call.
	StatusCancelled Status = native.StatusCancelled
	// StatusResponse: the answer is not what the protocol requires.
	StatusResponse Status = native.StatusResponse
	// StatusInternal: an internal error of the library.
	StatusInternal Status = native.StatusInternal
)

// What errors are, for [errors.Is]. Those that the other package has too are the same values.
var (
	// ErrTokenInvalid is every error with StatusTokenInvalid: refuse the token.
	ErrTokenInvalid error = native.ErrTokenInvalid
	// ErrTokenExpired is every error with StatusTokenExpired: let the user log in again.
	ErrTokenExpired error = native.ErrTokenExpired
	// ErrClaimMismatch is every error with StatusClaimMismatch: refuse the token.
	ErrClaimMismatch error = native.ErrClaimMismatch
	// ErrUsernameMismatch is the code username_mismatch: a token of another user.
	ErrUsernameMismatch error = native.ErrUsernameMismatch
	// ErrTokenKindMismatch is the code token_kind_mismatch: a token that logs nobody in.
	ErrTokenKindMismatch error = native.ErrTokenKindMismatch
	// ErrTransactionHashMismatch is the code transaction_hash_mismatch: it confirms another payload.
	ErrTransactionHashMismatch error = native.ErrTransactionHashMismatch
	// ErrNonceMismatch is the code nonce_mismatch: it confirms another transaction.
	ErrNonceMismatch error = native.ErrNonceMismatch
	// ErrRateLimited is every error with StatusRateLimited: wait RetryAfter.
	ErrRateLimited error = native.ErrRateLimited
	// ErrUnknownKeyThrottled is the code unknown_key_throttled: the token was neither accepted nor
	// refused.
	ErrUnknownKeyThrottled error = native.ErrUnknownKeyThrottled
	// ErrNetwork is every error with StatusNetwork.
	ErrNetwork error = native.ErrNetwork
	// ErrTimeout is every error with StatusTimeout, by the context's deadline or another limit.
	ErrTimeout error = native.ErrTimeout
	// ErrCancelled is every error with StatusCancelled.
	ErrCancelled error = native.ErrCancelled
	// ErrUnauthorized is the service's code unauthorized: it does not accept the token
	// of the call.
	ErrUnauthorized error = native.ErrUnauthorized
	// ErrClientClosed is the code client_closed: the client was closed.
	ErrClientClosed error = native.ErrClientClosed
	// ErrUserNotFound is the service's code user_not_found.
	ErrUserNotFound error = native.Coded(StatusAPI, "user_not_found")
	// ErrUsernameTaken is the service's code username_taken.
	ErrUsernameTaken error = native.Coded(StatusAPI, "username_taken")
	// ErrPrivateKeyRequired is the code private_key_required: the client has no key.
	ErrPrivateKeyRequired error = native.Coded(StatusPrivateKey, "private_key_required")
)

// Options are settings for the calls of a client that WithOptions makes. What is missing or 0
// stays as it is; a pointer to 0 is 0. Its fields:
//
//	TimeoutMS   int                the limit of each call in milliseconds, in place of those of the
//	                               configuration. With the deadline of a call's context, the earlier
//	                               one counts
//	MaxRetries  *int               the number of retries
//	Headers     map[string]string  they replace those of the client with the same name, or are added
//	RequestID   string             is sent with each request, in place of a new one for each call: 1 to
//	                               128 visible ASCII characters
type Options = native.Options

// Result is part of every result: its field Raw is the complete answer, for members that this
// package has no fields for.
type Result = native.Result

// Attempt is an HTTP attempt of a call. Its fields:
//
//	Event       string           "http_attempt"
//	Operation   string           the call, for example "get_user"
//	Method      string           of the request
//	Path        string           the same, without the values in it
//	Attempt     int              its number in the call, from 1
//	RequestID   string           the same in all attempts of the call
//	HTTPStatus  int              that of the service's answer, or 0 if there was none
//	Status      Status           the kind of the attempt's error, or 0 if it succeeded
//	Code        string           that of the attempt's error, or empty
//	Duration    time.Duration    how long it took
//	RetryIn     time.Duration    the time until the next attempt, or 0 if this is the last one
//	Raw         json.RawMessage  the event as JSON
//
// It is a slog.LogValuer.
type Attempt = native.Attempt

// SlogAttempts is a function for [Client.OnAttempt] that writes each attempt to a logger: with
// the level Debug if it succeeded, else with Warn.
func SlogAttempts(logger *slog.Logger) func(Attempt) {
	return native.SlogAttempts(logger)
}

// Version is the version of the C library, for example "0.1.0".
func Version() string {
	return native.Version()
}

// JSONGet reads one value of a JSON text by its RFC 6901 pointer. A string is returned
// itself, anything else as JSON.
func JSONGet(document, pointer string) (string, error) {
	return native.JSONGet(document, pointer)
}
