package native

// sentinel is an error that those of a status, and of a code unless it is empty, are.
type sentinel struct {
	status Status
	code   string
}

// Error is the code, or the name of the status.
func (s *sentinel) Error() string {
	if s.code == "" {
		return "loginid: " + s.status.String()
	}
	return "loginid: " + s.code
}

// Coded is an error that those of a status with this code are.
func Coded(status Status, code string) error {
	return &sentinel{status, code}
}

// What errors of both services are, by their status or code.
var (
	ErrTokenInvalid  error = &sentinel{status: StatusTokenInvalid}
	ErrTokenExpired  error = &sentinel{status: StatusTokenExpired}
	ErrClaimMismatch error = &sentinel{status: StatusClaimMismatch}
	ErrRateLimited   error = &sentinel{status: StatusRateLimited}
	ErrNetwork       error = &sentinel{status: StatusNetwork}
	ErrTimeout       error = &sentinel{status: StatusTimeout}
	ErrCancelled     error = &sentinel{status: StatusCancelled}

	ErrUnauthorized            = Coded(StatusAPI, "unauthorized")
	ErrClientClosed            = Coded(StatusInvalidArgument, "client_closed")
	ErrUsernameMismatch        = Coded(StatusClaimMismatch, "username_mismatch")
	ErrTokenKindMismatch       = Coded(StatusClaimMismatch, "token_kind_mismatch")
	ErrTransactionHashMismatch = Coded(StatusClaimMismatch, "transaction_hash_mismatch")
	ErrNonceMismatch           = Coded(StatusClaimMismatch, "nonce_mismatch")
	ErrUnknownKeyThrottled     = Coded(StatusRateLimited, "unknown_key_throttled")
)
