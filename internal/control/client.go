package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/record"
)

// answerWait bounds the small requests. A save waits for the disk and for
// those before it, never this long.
const answerWait = 30 * time.Second

// Client asks a running server to do what its store can. It is safe for
// concurrent use.
type Client struct{ http *http.Client }

var (
	_ Operator   = (*Client)(nil)
	_ Compactor  = (*Client)(nil)
	_ Intake     = (*Client)(nil)
	_ Safe       = (*Client)(nil)
	_ CaseFinder = (*Client)(nil)
	_ CaseLister = (*Client)(nil)
	_ Counter    = (*Client)(nil)
)

// Dial finds the server that listens at the socket. The errors are
// [ErrNotRunning], [ErrSilent], [ErrUnsupported] if it speaks another language,
// or those of the file system, among them [fs.ErrPermission] for another account.
func Dial(ctx context.Context, path string) (*Client, error) { return dialWithin(ctx, path, dialWait) }

func dialWithin(ctx context.Context, path string, wait time.Duration) (*Client, error) {
	c := &Client{&http.Client{Transport: &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) },
		MaxIdleConns:    1,
		IdleConnTimeout: time.Minute,
	}}}
	hello, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	err := c.ask(hello, http.MethodGet, pathHello, nil, &struct{}{})
	if err == nil {
		return c, nil
	}
	c.Close()
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = ErrSilent
	}
	return nil, fmt.Errorf("dial server: %w", err)
}

// Close lets go of the server. The Client is not to be used any more.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Dead implements [Operator].
func (c *Client) Dead(ctx context.Context, show func(record.Dead) error) error {
	return c.stream(ctx, pathDead, func(p piece) error {
		d, err := record.DecodeDead(p.Dead)
		if err != nil {
			return err
		}
		return show(d)
	})
}

// Revive implements [Operator].
func (c *Client) Revive(ctx context.Context, id string) error {
	return c.small(ctx, pathRevive, idJSON{id})
}

// Bury implements [Operator].
func (c *Client) Bury(ctx context.Context, id string) error {
	return c.small(ctx, pathBury, idJSON{id})
}

// Export implements [Operator].
func (c *Client) Export(ctx context.Context, show func(record.Item) error) error {
	return c.stream(ctx, pathExport, func(p piece) error {
		if p.Item == nil {
			return fmt.Errorf("read answer: %w", record.ErrCorrupt)
		}
		return show(*p.Item)
	})
}

// Compact implements [Compactor]; [ErrUnsupported] if the server's store cannot.
func (c *Client) Compact(ctx context.Context) (before, after int64, err error) {
	var sizes sizesJSON
	err = c.ask(ctx, http.MethodPost, pathCompact, struct{}{}, &sizes)
	return sizes.Before, sizes.After, err
}

// Status asks how the server is; [ErrUnsupported] if it does not tell.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var s Status
	err := c.ask(ctx, http.MethodGet, pathStatus, nil, &s)
	return s, err
}

// Handle implements [Intake]: the server takes m as if its channel had brought
// it. [ErrUnsupported] if it takes none.
func (c *Client) Handle(ctx context.Context, m bot.Message) error {
	j, err := encodeMessage(m)
	if err != nil {
		return err
	}
	return c.small(ctx, pathMessage, j)
}

// FindCase implements [CaseFinder]; [ErrUnsupported] if the server's store cannot.
func (c *Client) FindCase(ctx context.Context, code string) (record.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	var found caseJSON
	if err := c.ask(ctx, http.MethodPost, pathCase, idJSON{code}, &found); err != nil {
		return record.Case{}, err
	}
	return record.DecodeCase(found.Case)
}

// Cases implements [CaseLister].
func (c *Client) Cases(ctx context.Context, show func(record.Case) error) error {
	return c.stream(ctx, pathCases, func(p piece) error {
		found, err := record.DecodeCase(p.Case)
		if err != nil {
			return err
		}
		return show(found)
	})
}

// Counts implements [Counter]; [ErrUnsupported] if the server's store cannot.
func (c *Client) Counts(ctx context.Context, day string) (map[string]uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	var told countsJSON
	if err := c.ask(ctx, http.MethodPost, pathCounts, dayJSON{day}, &told); err != nil {
		return nil, err
	}
	counts := make(map[string]uint64, len(told.Counts))
	for _, one := range told.Counts {
		counts[string(one.Name)] = one.N
	}
	return counts, nil
}

// Value implements [Safe]; [ErrUnsupported] if the server shows no values.
func (c *Client) Value(ctx context.Context, name string) ([]byte, error) {
	kept, err := c.kept(ctx, pathValue, swapJSON{Name: name})
	return kept.Value, err
}

// Swap implements [Safe].
func (c *Client) Swap(ctx context.Context, name string, old, next []byte) (bool, error) {
	kept, err := c.kept(ctx, pathSwap, swapJSON{name, old, next})
	return kept.Swapped, err
}

func (c *Client) kept(ctx context.Context, path string, asked swapJSON) (kept keptJSON, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	err = c.ask(ctx, http.MethodPost, path, asked, &kept)
	return kept, err
}

func (c *Client) small(ctx context.Context, path string, asked any) error {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	return c.ask(ctx, http.MethodPost, path, asked, &struct{}{})
}

// ask sends one request and reads its one answer.
func (c *Client) ask(ctx context.Context, method, path string, asked, answer any) error {
	body, err := c.send(ctx, method, path, asked)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(body).Decode(answer); err != nil {
		return fmt.Errorf("read answer: %w", gone(err))
	}
	return nil
}

func (c *Client) stream(ctx context.Context, path string, show func(piece) error) error {
	body, err := c.send(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	return receive(body, show)
}

// send returns the body of a good answer; any other is an error.
func (c *Client) send(ctx context.Context, method, path string, asked any) (io.ReadCloser, error) {
	var content io.Reader
	if asked != nil {
		raw, err := json.Marshal(asked)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://doithoai"+path, content)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask server: %w", gone(err))
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	var f fault
	if err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&f); err != nil || f.Text == "" {
		return nil, fmt.Errorf("ask server: %w: %s", ErrUnsupported, response.Status)
	}
	return nil, f.err()
}

// gone is [ErrInterrupted] in place of a connection that broke off.
func gone(err error) error {
	if opErr, ok := errors.AsType[*net.OpError](err); ok && !opErr.Timeout() && !errors.Is(err, fs.ErrPermission) {
		return ErrInterrupted
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrInterrupted
	}
	return err
}
