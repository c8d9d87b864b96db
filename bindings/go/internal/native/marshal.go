package native

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// marshal writes a struct as JSON. Where encoding/json would write another character in place
// of one that is not UTF-8, it is an error that names the field.
func marshal(value any) ([]byte, error) {
	if name := notUTF8(reflect.ValueOf(value)); name != "" {
		return nil, argumentError("invalid_utf8", fmt.Sprintf("the field %s is not UTF-8", name))
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, argumentError("invalid_json", err.Error())
	}
	return text, nil
}

// notUTF8 is the name of a field of a struct whose texts are not all UTF-8.
func notUTF8(value reflect.Value) string {
	value = reflect.Indirect(value)
	for i := 0; i < value.NumField(); i++ {
		if !isUTF8(value.Field(i)) {
			return nameOf(value.Type().Field(i))
		}
	}
	return ""
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
