package native

/*
#include <loginid.h>
*/
import "C"

// Status is the kind of an error.
type Status int32

// The kinds of errors. There may be more in later versions.
const (
	StatusInvalidArgument Status = C.LID_ERROR_INVALID_ARGUMENT
	StatusConfig          Status = C.LID_ERROR_CONFIG
	StatusPrivateKey      Status = C.LID_ERROR_PRIVATE_KEY
	StatusTokenInvalid    Status = C.LID_ERROR_TOKEN_INVALID
	StatusTokenExpired    Status = C.LID_ERROR_TOKEN_EXPIRED
	StatusClaimMismatch   Status = C.LID_ERROR_CLAIM_MISMATCH
	StatusAPI             Status = C.LID_ERROR_API
	StatusRateLimited     Status = C.LID_ERROR_RATE_LIMITED
	StatusNetwork         Status = C.LID_ERROR_NETWORK
	StatusTLS             Status = C.LID_ERROR_TLS
	StatusTimeout         Status = C.LID_ERROR_TIMEOUT
	StatusCancelled       Status = C.LID_ERROR_CANCELLED
	StatusResponse        Status = C.LID_ERROR_RESPONSE
	StatusInternal        Status = C.LID_ERROR_INTERNAL
)

// String is the name in C, for example "LID_ERROR_API".
func (s Status) String() string {
	return C.GoString(C.lid_status_name(C.int32_t(s)))
}

// statusOf is the status with this name in C, or 0.
func statusOf(name string) Status {
	for status := StatusInvalidArgument; status <= StatusInternal; status++ {
		if status.String() == name {
			return status
		}
	}
	return 0
}
