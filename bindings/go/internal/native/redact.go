//go:build cgo

package native

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"reflect"
	"strings"
	"time"
)

const redacted = "[redacted]"

// secretFields are the names of fields that are shown redacted.
var secretFields = map[string]bool{
	"api_key":        true,
	"client_key_pem": true,
	"private_key":    true,
	"token":          true,
}

// Redacted is a struct for logs, with the fields that are set, by their names in JSON. Keys,
// tokens, the values of headers and the passwords in URLs are redacted.
func Redacted(value any) slog.Value {
	fields := reflect.Indirect(reflect.ValueOf(value))
	var attributes []slog.Attr
	for i := 0; i < fields.NumField(); i++ {
		if field := fields.Field(i); !field.IsZero() {
			name := nameOf(fields.Type().Field(i))
			attributes = append(attributes, slog.Any(name, shown(name, reflect.Indirect(field))))
		}
	}
	return slog.GroupValue(attributes...)
}

// RedactedText is the same as a text, after the name of the type.
func RedactedText(name string, value any) string {
	members := map[string]any{}
	for _, attribute := range Redacted(value).Group() {
		members[attribute.Key] = attribute.Value.Any()
	}
	text, err := json.Marshal(members)
	if err != nil {
		return name + "{" + redacted + "}"
	}
	return name + string(text)
}

func shown(name string, field reflect.Value) any {
	switch {
	case secretFields[name]:
		return redacted
	case name == "headers":
		headers := map[string]string{}
		for entries := field.MapRange(); entries.Next(); {
			headers[entries.Key().String()] = redacted
		}
		return headers
	case name == "proxy" || name == "base_url":
		return withoutPassword(field.String())
	}
	if value, ok := field.Interface().(time.Duration); ok {
		return value.String() // JSON would have nanoseconds.
	}
	return field.Interface()
}

// withoutPassword is a URL without the user and password in it. The library takes a proxy
// without a scheme for one of HTTP.
func withoutPassword(text string) string {
	prefix := ""
	if !strings.Contains(text, "://") {
		prefix = "http://"
	}
	address, err := url.Parse(prefix + text)
	if err != nil || address.Host == "" {
		return redacted
	}
	if address.User != nil {
		address.User = url.User("redacted")
	}
	return strings.TrimPrefix(address.String(), prefix)
}
