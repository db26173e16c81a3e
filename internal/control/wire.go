package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/record"
)

// The addresses. Whoever changes what is said under one gives it another
// number: server and command may be of different versions for a while.
const (
	pathHello   = "/v1/hello"
	pathDead    = "/v1/dead"
	pathRevive  = "/v1/revive"
	pathBury    = "/v1/bury"
	pathExport  = "/v1/export"
	pathCompact = "/v1/compact"
	pathMessage = "/v1/message"
	pathCase    = "/v1/case"
	pathCases   = "/v1/cases"
	pathValue   = "/v1/value"
	pathSwap    = "/v1/swap"
	pathCounts  = "/v1/counts"
	pathStatus  = "/v1/status"
)

// piece is one JSON value of a streamed answer. Exactly one field is set; End
// is that of the last one of a complete stream, Fault that of one that broke off.
type piece struct {
	Item  *record.Item `json:"item,omitempty"`
	Dead  []byte       `json:"dead,omitempty"` // see record.Format.EncodeDead
	Case  []byte       `json:"case,omitempty"` // see record.Format.EncodeCase
	Fault *fault       `json:"fault,omitempty"`
	End   bool         `json:"end,omitempty"`
}

type idJSON struct {
	ID string `json:"id"`
}

type sizesJSON struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"`
}

type caseJSON struct {
	Case []byte `json:"case"` // see record.Format.EncodeCase
}

type dayJSON struct {
	Day string `json:"day"`
}

// countsJSON are the counters of a day. Names are bytes, because JSON would not
// keep every string as it is.
type countsJSON struct {
	Counts []countJSON `json:"counts"`
}

type countJSON struct {
	Name []byte `json:"name"`
	N    uint64 `json:"n"`
}

// swapJSON asks for a value, and for another in its place.
type swapJSON struct {
	Name string `json:"name"`
	Old  []byte `json:"old,omitempty"`
	Next []byte `json:"next,omitempty"`
}

// keptJSON is the answer to both.
type keptJSON struct {
	Value   []byte `json:"value,omitempty"`
	Swapped bool   `json:"swapped,omitempty"`
}

// messageJSON is a message on its way. What comes from outside is bytes,
// because JSON would not keep every string as it is.
type messageJSON struct {
	Channel string    `json:"channel"`
	Bot     string    `json:"bot"`
	Chat    []byte    `json:"chat"`
	ID      []byte    `json:"id"`
	At      time.Time `json:"at"`
	Kind    bot.Kind  `json:"kind"`
	Text    []byte    `json:"text,omitempty"`
	Payload []byte    `json:"payload,omitempty"`
	Sender  []byte    `json:"sender,omitempty"`
	Room    bool      `json:"room,omitempty"`
	ReplyTo []byte    `json:"reply_to,omitempty"`
}

// errInternal is a kind of message that the program only sends to itself.
var errInternal = errors.New("not a message from outside")

func encodeMessage(m bot.Message) (messageJSON, error) {
	if m.Letter != nil || m.Kind == bot.KindLetter || m.Kind == bot.KindDue {
		return messageJSON{}, errInternal
	}
	return messageJSON{
		m.Chat.Channel, m.Chat.Bot, []byte(m.Chat.Chat), []byte(m.ID), m.At, m.Kind, []byte(m.Text), []byte(m.Payload),
		[]byte(m.Sender), m.Room, []byte(m.ReplyTo),
	}, nil
}

func (j messageJSON) message() (bot.Message, error) {
	if j.Kind == bot.KindLetter || j.Kind == bot.KindDue {
		return bot.Message{}, errInternal
	}
	return bot.Message{
		Chat: bot.ChatID{Channel: j.Channel, Bot: j.Bot, Chat: string(j.Chat)},
		ID:   string(j.ID), At: j.At, Kind: j.Kind, Text: string(j.Text), Payload: string(j.Payload),
		Sender: string(j.Sender), Room: j.Room, ReplyTo: string(j.ReplyTo),
	}, nil
}

// fault is an error on its way. Our errors never quote what anybody wrote.
type fault struct {
	Code  string `json:"code,omitempty"` // of one that callers tell apart
	Text  string `json:"text"`
	Moved string `json:"moved,omitempty"` // where to, of a store that was moved
}

// codes are the errors that keep their identity.
var codes = [...]struct {
	code string
	err  error
}{
	{"not_found", delivery.ErrNotFound},
	{"unsupported", ErrUnsupported},
	{"interrupted", ErrInterrupted},
	{"closed", exchange.ErrClosed},
	{"unavailable", exchange.ErrUnavailable},
	{"busy", exchange.ErrBusy},
	{"invalid", record.ErrInvalid},
	{"version", record.ErrVersion},
	{"corrupt", record.ErrCorrupt},
}

func faultOf(err error) *fault {
	if errors.Is(err, context.Canceled) { // by a server that stops: whoever asked and left does not read this
		err = ErrInterrupted
	}
	f := &fault{Text: err.Error()}
	if moved, ok := errors.AsType[*exchange.MovedError](err); ok {
		f.Moved = moved.To
	}
	for _, known := range codes {
		if errors.Is(err, known.err) {
			f.Code = known.code
			break
		}
	}
	return f
}

// remoteError is an error that happened in the server.
type remoteError struct {
	text  string
	cause error // whom it stands for, may be nil
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.cause }

func (f *fault) err() error {
	if f.Moved != "" {
		return &remoteError{f.Text, &exchange.MovedError{To: f.Moved}}
	}
	for _, known := range codes {
		if f.Code == known.code {
			return &remoteError{f.Text, known.err}
		}
	}
	return &remoteError{text: f.Text}
}

// receive reads a streamed answer and gives each piece to show.
func receive(r io.Reader, show func(piece) error) error {
	for values := json.NewDecoder(r); ; {
		var p piece
		switch err := values.Decode(&p); {
		case err != nil:
			return fmt.Errorf("read answer: %w", gone(err))
		case p.Fault != nil:
			return p.Fault.err()
		case p.End:
			return nil
		}
		if err := show(p); err != nil {
			return err
		}
	}
}
