package loginid

import (
	"encoding/json"
	"unicode/utf8"
)

// Options are settings for the calls of a client that WithOptions makes. What is missing
// or 0 stays as it is; a pointer to 0 is 0.
type Options struct {
	// TimeoutMS is the limit of each call in milliseconds, in place of RequestTimeoutMS and
	// WaitTimeoutMS of the configuration. With the deadline of a call's context, the earlier
	// one counts.
	TimeoutMS int `json:"timeout_ms,omitempty"`
	// MaxRetries is the number of retries.
	MaxRetries *int `json:"max_retries,omitempty"`
	// Headers replace those of the client with the same name, or are added.
	Headers map[string]string `json:"headers,omitempty"`
	// RequestID is sent with each request, in place of a new one for each call: 1 to 128
	// visible ASCII characters.
	RequestID string `json:"request_id,omitempty"`
}

// WithOptions makes a client with other options. It shares the connections, keys and log
// function of this one, and costs a few microseconds: make one for each call if you like.
// Both are closed separately, in any order. Bad options are the error invalid_options.
func (c *Client) WithOptions(options Options) (*Client, error) {
	// encoding/json would write another character in their place.
	for name, value := range options.Headers {
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return nil, argumentError("invalid_utf8", "headers are not UTF-8")
		}
	}
	text, err := json.Marshal(options)
	if err != nil {
		return nil, argumentError("invalid_json", err.Error())
	}
	client, err := c.begin()
	if err != nil {
		return nil, err
	}
	defer c.end()
	derived, err := derive(client, string(text), nil)
	if err != nil {
		return nil, err
	}
	made := newOwner(derived, c.log)
	made.timeoutMS = c.timeoutMS
	if options.TimeoutMS > 0 {
		made.timeoutMS = int64(options.TimeoutMS)
	}
	return made, nil
}
