// Package expect ends a test at once when a call that it needs has failed.
package expect

import "testing"

// Must passes on the result of a call, which must have succeeded:
//
//	user := expect.Must[loginid.User](t)(client.GetUser(ctx, "ada"))
func Must[T any](t testing.TB) func(*T, error) *T {
	return func(result *T, err error) *T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
}
