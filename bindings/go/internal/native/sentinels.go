//go:build cgo

package native

// sentinel is an error that those of a status, and of a code unless it is empty, are.
type sentinel struct {
	status Status
	code   string
}

// Error is the code, or the name of the status.
func (s sentinel) Error() string {
	if s.code == "" {
		return "loginid: " + s.status.String()
	}
	return "loginid: " + s.code
}

// Coded is an error that those of a status are, only those with this code unless it is empty.
func Coded(status Status, code string) error {
	return sentinel{status, code}
}
