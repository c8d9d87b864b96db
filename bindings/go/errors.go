package loginid

/*
#include <loginid.h>
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"time"
)

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

// Error is the error of every call; errors.As finds it.
type Error struct {
	Status Status
	// Code is the service's code for its own errors, else one of the library's.
	Code string
	// Message is human-readable; it says what is wrong and how to fix it.
	Message string
	// Operation is the call, for example "get_user", or empty.
	Operation string
	// HTTPStatus is that of the service's answer, or 0 if there was none.
	HTTPStatus int
	// RequestID is for the service's support, or empty.
	RequestID string
	// Retryable is true if the call can be repeated safely: nothing is done twice.
	Retryable bool
	// RetryAfter is how long to wait before that, or 0.
	RetryAfter time.Duration
	// Raw is the error object as JSON, in the form of the C library's.
	Raw json.RawMessage

	cause error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s (%s): %s", e.Status, e.Code, e.Message)
	if e.Operation != "" {
		text = e.Operation + ": " + text
	}
	return "loginid: " + text
}

// Unwrap is the context's error when the context ended the call.
func (e *Error) Unwrap() error {
	return e.cause
}

// errorObject is the error object of the C library.
type errorObject struct {
	Error struct {
		Status       string  `json:"status"`
		Code         string  `json:"code"`
		Message      string  `json:"message"`
		Operation    *string `json:"operation"`
		HTTPStatus   *int    `json:"http_status"`
		RequestID    *string `json:"request_id"`
		Retryable    bool    `json:"retryable"`
		RetryAfterMS *int64  `json:"retry_after_ms"`
	} `json:"error"`
}

func errorFrom(status Status, text string) *Error {
	var object errorObject
	if err := unmarshal([]byte(text), &object); err != nil {
		object.Error.Code, object.Error.Message = "internal_error", err.Error()
	}
	fields := object.Error
	return &Error{
		Status:     status,
		Code:       fields.Code,
		Message:    fields.Message,
		Operation:  orZero(fields.Operation),
		HTTPStatus: orZero(fields.HTTPStatus),
		RequestID:  orZero(fields.RequestID),
		Retryable:  fields.Retryable,
		RetryAfter: time.Duration(orZero(fields.RetryAfterMS)) * time.Millisecond,
		Raw:        json.RawMessage(text),
	}
}

func argumentError(code, message string) *Error {
	failure := &Error{Status: StatusInvalidArgument, Code: code, Message: message}
	return failure.written()
}

// written is the error with the error object of its fields as Raw.
func (e *Error) written() *Error {
	var object errorObject
	fields := &object.Error
	fields.Status, fields.Code, fields.Message = e.Status.String(), e.Code, e.Message
	fields.Operation, fields.RequestID = notZero(e.Operation), notZero(e.RequestID)
	fields.HTTPStatus, fields.Retryable = notZero(e.HTTPStatus), e.Retryable
	fields.RetryAfterMS = notZero(e.RetryAfter.Milliseconds())
	text, err := json.Marshal(object)
	if err != nil {
		panic(err) // Strings, numbers and truth values always have a JSON form.
	}
	e.Raw = text
	return e
}

// notZero is nil, which is null in JSON, for the zero value.
func notZero[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

func orZero[T any](value *T) T {
	var zero T
	if value == nil {
		return zero
	}
	return *value
}
