// Package wire reads the tables of requests, bindings/wire.json and bindings/wire-v2.json, with
// which the tests of all languages compare what their calls send.
package wire

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Call is an entry of a table: the request of a C function.
type Call struct {
	Function  string
	Arguments map[string]any
	Method    string
	Path      string
	// Body is nil if there is none.
	Body any
	// Authorization is, for the current service, "api_key", "token", the scope of a grant, which is
	// requested before, or empty.
	Authorization string
}

// Read reads a table. replace has texts of it and what takes their place, in turn.
func Read(t testing.TB, path string, replace ...string) []Call {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var calls []Call
	if err := json.Unmarshal([]byte(strings.NewReplacer(replace...).Replace(string(text))), &calls); err != nil {
		t.Fatal(err)
	}
	return calls
}

// Is tells whether it is a call of this function with these arguments.
func (c Call) Is(function string, given ...string) bool {
	for _, name := range given {
		if _, ok := c.Arguments[name]; !ok {
			return false
		}
	}
	return c.Function == function
}

// Text is an argument, or empty.
func (c Call) Text(name string) string {
	value, _ := c.Arguments[name].(string)
	return value
}

// Bool is an argument, which must be there.
func (c Call) Bool(name string) bool {
	return c.Arguments[name].(bool)
}

// JSON is an argument that is JSON.
func (c Call) JSON(name string) json.RawMessage {
	return json.RawMessage(c.Text(name))
}

// Options is an argument that is the options of a call, or nil.
func Options[T any](c Call, name string) *T {
	if c.Text(name) == "" {
		return nil
	}
	options := new(T)
	if err := json.Unmarshal(c.JSON(name), options); err != nil {
		panic(err)
	}
	return options
}
