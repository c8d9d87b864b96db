//go:build cgo

package native

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

// marshal writes a struct as JSON. Where encoding/json would write another character in place
// of one that is not UTF-8, it is an error that names the field.
func marshal(value any) ([]byte, error) {
	if err := checkUTF8(value); err != nil {
		return nil, err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, argumentError("invalid_json", err.Error())
	}
	return text, nil
}

// checkUTF8 refuses a struct with a text that is not UTF-8.
func checkUTF8(value any) error {
	fields := reflect.Indirect(reflect.ValueOf(value))
	for i := 0; i < fields.NumField(); i++ {
		if !isUTF8(fields.Field(i)) {
			return argumentError("invalid_utf8", nameOf(fields.Type().Field(i))+" is not UTF-8")
		}
	}
	return nil
}

func isUTF8(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.String:
		return utf8.ValidString(value.String())
	case reflect.Map:
		for entries := value.MapRange(); entries.Next(); {
			if !isUTF8(entries.Key()) || !isUTF8(entries.Value()) {
				return false
			}
		}
	case reflect.Slice: // A json.RawMessage.
		return utf8.Valid(value.Bytes())
	}
	return true
}

// nameOf is the name of a field in JSON.
func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
