package record

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// Priority ranks what waits for one chat: a lower one is sent first, equal ones
// in the order of their sequences.
type Priority uint8

// The priorities. Person comes first: somebody waited days for it.
const (
	PriorityPerson   Priority = iota // what an officer wrote
	PriorityReply                    // the bot's answer to a message
	PriorityReceipt                  // that something was received or done
	PriorityReminder                 // what nobody waits for
)

// Outgoing is a message to be queued by a [Save], with the rules of its way.
// The zero rules are those of an ordinary reply on a channel without limits.
type Outgoing struct {
	Reply    bot.Reply
	Priority Priority
	// Collapse, if not empty, replaces what waits under the same key from
	// earlier saves, unless that is being sent right now.
	Collapse string
	// Keep is how long it may wait; KeepDelivery if zero, at most MaxKeep.
	Keep time.Duration
	// After delays it: it is not sent, and stands in nobody's way, until then.
	After time.Duration
	Guard Guard
	// Ref is remembered for every provider message id this was sent as, so
	// that an answer to it finds its way back; nothing if empty. At most MaxRef
	// bytes, kept for KeepDead.
	Ref []byte
	// Trace is what it belongs to, see [TraceSize]; empty for nothing.
	Trace string
}

// Guard lets a delivery go out only while a case of the same chat stands where
// it stood: who holds it is read again when the message is claimed. The zero
// Guard lets everything through.
type Guard struct {
	Code  string
	Epoch uint64
}

// Delivery is one message on its way to one chat.
type Delivery struct {
	Chat     bot.ChatID // where it goes; besides a case the only place a chat's identity is stored readably
	Seq      uint64     // strictly rising per chat, from 1; it outlives «quên tôi»
	Reply    bot.Reply
	Priority Priority
	Collapse string
	Guard    Guard
	Ref      []byte
	Trace    string    // see [Outgoing]
	At       time.Time // when it was saved
	Expires  time.Time // from then on it is as if it were not there

	// The engine keeps these while it is being sent.
	Attempts uint16 // how often a send ended in «later»
	Lapses   uint8  // how often a lease ran out over it: each may have sent it
	Sent     int    // parts that have gone out already
	Note     []byte // what the channel asked to remember between two parts, like an upload's id

	// Replaces is the provider's id of the message whose place a card takes, empty
	// if there is none. Whoever sends looks it up; it is not stored.
	Replaces string
}

// MaybeSent reports whether an earlier holder may have sent the next part.
func (d Delivery) MaybeSent() bool { return d.Lapses > 0 }

// Anew returns what a channel shows of d that cannot change a message: of a card
// that was shown before only the update, and nothing if there is none.
func (d Delivery) Anew() (r bot.Reply, ok bool) {
	r = d.Reply
	if d.Replaces == "" {
		return r, true
	}
	r.Text, r.Attachments = r.Update, nil
	return r, r.Text != ""
}

// CardRef is under which name an engine remembers, as if it were an id of the
// provider's, what the provider calls the message that shows a card: the first id of
// the settlement that says it is sent. It is kept like a [Outgoing.Ref].
func CardRef(card string) string { return "card:" + card }

// deliveryJSON fixes the stored names, whatever the Go fields are called.
type deliveryJSON struct {
	Channel  string    `json:"channel"`
	Bot      string    `json:"bot"`
	Chat     []byte    `json:"chat"` // bytes: JSON would not keep every string as it is
	Seq      uint64    `json:"seq"`
	Reply    bot.Reply `json:"reply"`
	Priority Priority  `json:"priority,omitempty"`
	Collapse []byte    `json:"collapse,omitempty"`
	Ref      []byte    `json:"ref,omitempty"`
	At       time.Time `json:"at"`
	Trace    string    `json:"trace,omitempty"`
}

// The layout of a stored delivery, all big endian. What an engine reads or
// changes while it is on its way stands flat before the JSON:
//
//	byte 0       version
//	bytes 1–8    end, Unix milliseconds
//	bytes 9–10   attempts
//	byte 11      lapses
//	bytes 12–13  parts sent
//	byte 14      length g of the guard's code, 0 for none
//	g            code
//	8 if g > 0   epoch
//	2            length m of the note
//	m            note
//	rest         JSON
//
// Bytes 0 to 13 never move: a script may overwrite them in place.
const (
	deliveryAttempts = 9
	deliveryLapses   = 11
	deliveryParts    = 12
	deliveryGuard    = 14
	deliveryHeader   = 15
)

// EncodeDelivery returns the stored form of d. Times are kept to the
// millisecond of their end and the nanosecond of their beginning.
func (f Format) EncodeDelivery(d Delivery) ([]byte, error) {
	if f < withTrace {
		d.Trace = ""
	}
	raw, err := json.Marshal(deliveryJSON{
		d.Chat.Channel, d.Chat.Bot, []byte(d.Chat.Chat), d.Seq, d.Reply, d.Priority, []byte(d.Collapse), d.Ref, d.At.UTC(), d.Trace,
	})
	if err != nil {
		return nil, fmt.Errorf("encode delivery: %w", err)
	}
	if len(d.Guard.Code) > MaxCode || len(d.Note) > MaxNote || d.Sent < 0 || d.Sent > 1<<16-1 {
		return nil, errors.New("encode delivery: out of range")
	}
	b := make([]byte, 0, deliveryHeader+len(d.Guard.Code)+8+2+len(d.Note)+len(raw))
	b = append(b, byte(f))
	b = binary.BigEndian.AppendUint64(b, uint64(d.Expires.UnixMilli()))
	b = binary.BigEndian.AppendUint16(b, d.Attempts)
	b = append(b, d.Lapses)
	b = binary.BigEndian.AppendUint16(b, uint16(d.Sent))
	b = append(b, byte(len(d.Guard.Code)))
	if d.Guard.Code != "" {
		b = append(b, d.Guard.Code...)
		b = binary.BigEndian.AppendUint64(b, d.Guard.Epoch)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(d.Note)))
	b = append(b, d.Note...)
	return append(b, raw...), nil
}

// DecodeDelivery reads what [Format.EncodeDelivery] wrote. Times come back in UTC; the
// result shares no memory with b.
func DecodeDelivery(b []byte) (Delivery, error) {
	if err := Newest.Reads(b); err != nil {
		return Delivery{}, fmt.Errorf("decode delivery: %w", err)
	}
	torn := fmt.Errorf("decode delivery: %w", ErrCorrupt)
	if len(b) < deliveryHeader {
		return Delivery{}, torn
	}
	d := Delivery{
		Expires:  time.UnixMilli(int64(binary.BigEndian.Uint64(b[1:]))).UTC(),
		Attempts: binary.BigEndian.Uint16(b[deliveryAttempts:]),
		Lapses:   b[deliveryLapses],
		Sent:     int(binary.BigEndian.Uint16(b[deliveryParts:])),
	}
	guard, rest := int(b[deliveryGuard]), b[deliveryHeader:]
	if guard > 0 {
		if len(rest) < guard+8 {
			return Delivery{}, torn
		}
		d.Guard = Guard{Code: string(rest[:guard]), Epoch: binary.BigEndian.Uint64(rest[guard:])}
		rest = rest[guard+8:]
	}
	if len(rest) < 2 || len(rest) < 2+int(binary.BigEndian.Uint16(rest)) {
		return Delivery{}, torn
	}
	if n := int(binary.BigEndian.Uint16(rest)); n > 0 {
		d.Note = append([]byte(nil), rest[2:2+n]...)
	}
	rest = rest[2+int(binary.BigEndian.Uint16(rest)):]
	var j deliveryJSON
	if err := json.Unmarshal(rest, &j); err != nil {
		return Delivery{}, torn
	}
	d.Chat = bot.ChatID{Channel: j.Channel, Bot: j.Bot, Chat: string(j.Chat)}
	d.Seq, d.Reply, d.Priority, d.Collapse, d.Ref, d.At, d.Trace = j.Seq, j.Reply, j.Priority, string(j.Collapse), j.Ref, j.At.UTC(), j.Trace
	return d, nil
}
