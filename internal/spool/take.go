package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/doithoai/doithoai/bot"
)

// result is how handing on a message ended.
type result uint8

const (
	taken      result = iota // it is done
	later                    // try again in another replay
	poison                   // never try again
	unreadable               // it can no longer be read from its file
)

// try reads a message and hands it on.
func (s *Spool) try(ctx context.Context, e entry, take func(context.Context, bot.Message) error) (m spooled, r result, err error) {
	m, err = e.read()
	switch {
	case errors.Is(err, os.ErrClosed):
		return m, later, err
	case err != nil:
		return m, unreadable, err
	}
	defer func() {
		if v := recover(); v != nil {
			r, err = poison, panicError(v)
		}
	}()
	err = take(ctx, m.Message)
	switch {
	case err == nil:
		return m, taken, nil
	case s.options.Permanent(err):
		return m, poison, err
	default:
		return m, later, err
	}
}

func (e entry) read() (spooled, error) {
	b := make([]byte, e.at.to-e.at.from)
	if _, err := e.seg.file.ReadAt(b, int64(e.at.from)); err != nil {
		return spooled{}, fmt.Errorf("read spool file: %w", err)
	}
	body, _, ok := cutFrame(b)
	if !ok {
		return spooled{}, errCorrupt
	}
	m, _, err := decode(body)
	return m, err
}

// panicError describes a panic without repeating what a resident wrote: the
// runtime's own errors hold numbers and types only, of any other value the type
// is told. Called while the panic is being recovered.
func panicError(v any) error {
	what := fmt.Sprintf("%T", v)
	if err, ok := v.(runtime.Error); ok {
		what = err.Error()
	}
	return fmt.Errorf("panic: %s", what)
}
