package native

import "testing"

func TestAConfigurationIsAnObjectWithItsSecretsAtTheEnd(t *testing.T) {
	type config struct {
		Name string `json:"name,omitempty"`
		Key  string `json:"key,omitempty"`
		PIN  string `json:"pin,omitempty"`
	}
	for want, given := range map[string]config{
		`{}`:                                   {},
		`{"name":"ada"}`:                       {Name: "ada"},
		`{"key":"a\"b"}`:                       {Key: `a"b`},
		`{"key":"a","pin":"\u0000"}`:           {Key: "a", PIN: "\x00"},
		`{"name":"ada","key":"a\\","pin":"1"}`: {Name: "ada", Key: `a\`, PIN: "1"},
	} {
		text, err := ConfigText(given, "key", "pin")
		if err != nil || string(text) != want {
			t.Errorf("%s is not %s: %v", text, want, err)
		}
		Wipe(text)
		if len(text) != len(want) || text[0] != 0 || text[len(text)-1] != 0 {
			t.Errorf("%q is not wiped", text)
		}
	}
}
