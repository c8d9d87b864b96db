//go:build cgo

package native

import (
	"context"
	"log/slog"
)

// LogValue is the attempt for logs, with the members of the event.
func (a Attempt) LogValue() slog.Value {
	attributes := []slog.Attr{
		slog.String("operation", a.Operation),
		slog.String("method", a.Method),
		slog.String("path", a.Path),
		slog.Int("attempt", a.Attempt),
		slog.String("request_id", a.RequestID),
		slog.Duration("duration", a.Duration),
	}
	if a.HTTPStatus != 0 {
		attributes = append(attributes, slog.Int("http_status", a.HTTPStatus))
	}
	if a.Status != 0 {
		attributes = append(attributes, slog.String("status", a.Status.String()), slog.String("code", a.Code))
	}
	if a.RetryIn != 0 {
		attributes = append(attributes, slog.Duration("retry_in", a.RetryIn))
	}
	return slog.GroupValue(attributes...)
}

// LogValue is the error for logs, with the members of the error object that have a value.
func (e *Error) LogValue() slog.Value {
	attributes := []slog.Attr{
		slog.String("status", e.Status.String()),
		slog.String("code", e.Code),
		slog.String("message", e.Message),
	}
	if e.Operation != "" {
		attributes = append(attributes, slog.String("operation", e.Operation))
	}
	if e.HTTPStatus != 0 {
		attributes = append(attributes, slog.Int("http_status", e.HTTPStatus))
	}
	if e.RequestID != "" {
		attributes = append(attributes, slog.String("request_id", e.RequestID))
	}
	attributes = append(attributes, slog.Bool("retryable", e.Retryable))
	if e.RetryAfter != 0 {
		attributes = append(attributes, slog.Duration("retry_after", e.RetryAfter))
	}
	return slog.GroupValue(attributes...)
}

// SlogAttempts is a function for OnAttempt that writes each attempt to a logger: on the level
// Debug if it succeeded, else on Warn.
func SlogAttempts(logger *slog.Logger) func(Attempt) {
	return func(attempt Attempt) {
		level := slog.LevelDebug
		if attempt.Status != 0 {
			level = slog.LevelWarn
		}
		logger.LogAttrs(context.Background(), level, attempt.Event, attempt.LogValue().Group()...)
	}
}
