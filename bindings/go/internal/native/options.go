//go:build cgo

package native

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Options are settings for the calls of a client that WithOptions makes. What is missing
// or 0 stays as it is; a pointer to 0 is 0.
type Options struct {
	// Timeout is the limit of each call, in place of RequestTimeoutMS and WaitTimeoutMS of the
	// configuration: at most a day. A fraction of a millisecond counts as a whole one. With the
	// deadline of a call's context, the earlier one counts.
	Timeout time.Duration `json:"timeout,omitempty"`
	// MaxRetries is the number of retries.
	MaxRetries *int `json:"max_retries,omitempty"`
	// Headers replace those of the client with the same name, or are added.
	Headers map[string]string `json:"headers,omitempty"`
	// RequestID is sent with each request, in place of a new one for each call: 1 to 128
	// visible ASCII characters.
	RequestID string `json:"request_id,omitempty"`
}

// Format writes the options that are given, for every verb, with the values of headers redacted.
func (o Options) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, RedactedText("loginid.Options", o))
}

// LogValue is the same for log/slog.
func (o Options) LogValue() slog.Value {
	return Redacted(o)
}

// optionsObject has the options as the C library takes them.
type optionsObject struct {
	TimeoutMS  int64             `json:"timeout_ms,omitempty"`
	MaxRetries *int              `json:"max_retries,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`
	RequestID  string            `json:"request_id,omitempty"`
}

// WithOptions makes a client with other options, which shares the connections, keys and log
// function of this one.
func (h *Handle) WithOptions(options Options) (*Handle, error) {
	client, err := h.begin()
	if err != nil {
		return nil, err
	}
	defer h.end()
	if options.Timeout < 0 || options.Timeout > longest {
		text := fmt.Sprintf("Timeout must be more than 0 and at most %v, not %v", longest, options.Timeout)
		return nil, argumentError("invalid_options", text)
	}
	object := optionsObject{
		TimeoutMS:  inMilliseconds(options.Timeout),
		MaxRetries: options.MaxRetries,
		Headers:    options.Headers,
		RequestID:  options.RequestID,
	}
	derived, err := h.derive(client, Object("options", &object), nil)
	if err != nil {
		return nil, err
	}
	made := newHandle(h.service, derived, h.log)
	made.timeoutMS = h.timeoutMS
	if object.TimeoutMS > 0 {
		made.timeoutMS = object.TimeoutMS
	}
	return made, nil
}
