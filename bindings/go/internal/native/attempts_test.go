package native

import (
	"testing"
	"time"
)

func TestOnlyTheLastAttemptHasNoTimeUntilTheNext(t *testing.T) {
	for text, want := range map[string]time.Duration{
		`{"retry_in_ms":null}`: 0,
		`{"retry_in_ms":0}`:    1,
		`{"retry_in_ms":15}`:   15 * time.Millisecond,
	} {
		if attempt := attemptFrom(text); attempt.RetryIn != want {
			t.Errorf("%s: %v", text, attempt.RetryIn)
		}
	}
}
