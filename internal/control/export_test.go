package control

import (
	"context"
	"io"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// DialWithin is Dial with another patience.
func DialWithin(ctx context.Context, path string, wait time.Duration) (*Client, error) {
	return dialWithin(ctx, path, wait)
}

// Receive reads a streamed answer and returns the items in it.
func Receive(r io.Reader) (items []record.Item, err error) {
	err = receive(r, func(p piece) error {
		if p.Item != nil {
			items = append(items, *p.Item)
		}
		return nil
	})
	return items, err
}
