//go:build cgo

package native

import (
	"encoding/json"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/libloginid/libloginid/bindings/go/internal/strictjson"
)

// Attempt is an HTTP attempt of a call.
type Attempt struct {
	// Event is "http_attempt".
	Event string
	// Operation is the call, for example "get_user".
	Operation string
	Method    string
	Path      string
	// Attempt is its number in the call, from 1.
	Attempt int
	// RequestID is the same in all attempts of the call.
	RequestID string
	// HTTPStatus is that of the service's answer, or 0 if there was none.
	HTTPStatus int
	// Status is the kind of the attempt's error, or 0 if it succeeded.
	Status Status
	// Code is that of the attempt's error, or empty.
	Code     string
	Duration time.Duration
	// RetryIn is the time until the next attempt, or 0 if this is the last one.
	RetryIn time.Duration
	// Raw is the event as JSON.
	Raw json.RawMessage
}

// events are those of a call, for its listener. Without one they are not collected.
type events struct {
	listener func(Attempt)
	texts    []string
}

// gathering has the events of each thread that is in a call, by the system's number.
var gathering sync.Map

// collect is the log function: C calls it on the thread of the call.
func collect(text string) {
	if into, ok := gathering.Load(syscall.Gettid()); ok {
		into.(*events).texts = append(into.(*events).texts, text)
	}
}

// gather runs a function of the C library and keeps its events.
func (e *events) gather(run func()) {
	if e.listener == nil {
		run()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	thread := syscall.Gettid()
	// There is another call on this thread if a function of SetLogFunc makes this one.
	outer, nested := gathering.Load(thread)
	gathering.Store(thread, e)
	defer func() {
		if nested {
			gathering.Store(thread, outer)
		} else {
			gathering.Delete(thread)
		}
	}()
	run()
}

// report passes the events to the listener, outside of the C library, through whose
// frames a panic must not unwind.
func (e *events) report() {
	for _, text := range e.texts {
		e.listener(attemptFrom(text))
	}
}

func attemptFrom(text string) Attempt {
	var event struct {
		Event      string `json:"event"`
		Operation  string `json:"operation"`
		Method     string `json:"method"`
		Path       string `json:"path"`
		Attempt    int    `json:"attempt"`
		RequestID  string `json:"request_id"`
		HTTPStatus int    `json:"http_status"`
		Status     string `json:"status"`
		Code       string `json:"code"`
		DurationUS int64  `json:"duration_us"`
		RetryInMS  *int64 `json:"retry_in_ms"`
	}
	// The library made the text. A member of another type would leave its field empty.
	_ = strictjson.Unmarshal([]byte(text), &event)
	var retryIn time.Duration
	if event.RetryInMS != nil {
		// Not 0, which would be no next attempt, also if it follows within the millisecond.
		retryIn = max(time.Duration(*event.RetryInMS)*time.Millisecond, 1)
	}
	return Attempt{
		Event:      event.Event,
		Operation:  event.Operation,
		Method:     event.Method,
		Path:       event.Path,
		Attempt:    event.Attempt,
		RequestID:  event.RequestID,
		HTTPStatus: event.HTTPStatus,
		Status:     statusOf(event.Status),
		Code:       event.Code,
		Duration:   time.Duration(event.DurationUS) * time.Microsecond,
		RetryIn:    retryIn,
		Raw:        json.RawMessage(text),
	}
}
