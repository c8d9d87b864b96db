//go:build cgo

package native

import (
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/strictjson"
)

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

var _ net.Error = (*Error)(nil)

// Error is the call, the status and the message, then the code and the id of the request, which
// a log needs.
func (e *Error) Error() string {
	details := e.Code
	if e.RequestID != "" {
		details += ", request " + e.RequestID
	}
	text := fmt.Sprintf("%s: %s (%s)", e.Status, e.Message, details)
	if e.Operation != "" {
		text = e.Operation + ": " + text
	}
	return "loginid: " + text
}

// Unwrap is the context's error when the context ended the call, together with the context's
// cause if it has another one.
func (e *Error) Unwrap() error {
	return e.cause
}

// Is tells whether target is one of the Err… values of this error's status or code.
func (e *Error) Is(target error) bool {
	sentinel, ok := target.(sentinel)
	return ok && e.Status == sentinel.status && (sentinel.code == "" || e.Code == sentinel.code)
}

// Timeout tells whether the time of the call was over: Error is a net.Error.
func (e *Error) Timeout() bool {
	return e.Status == StatusTimeout
}

// Temporary tells whether the call can be repeated safely, as Retryable.
func (e *Error) Temporary() bool {
	return e.Retryable
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
	if err := strictjson.Unmarshal([]byte(text), &object); err != nil {
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
