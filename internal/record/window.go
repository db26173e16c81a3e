package record

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Window is what a channel lets through after a chat wrote. The zero Window is
// that of a channel which lets everything through at any time.
//
//	since the chat wrote        what may go
//	less than Free              everything, FreeMessages at most (0: any number);
//	                            beyond these only what a person wrote, at a price
//	less than Total             only what a person wrote, at a price
//	longer, or it never wrote   nothing
//
// What may not go waits until the chat writes again.
type Window struct {
	Free         time.Duration // kept to the millisecond
	FreeMessages int           // counted as the provider's messages: parts
	Total        time.Duration // kept to the millisecond; at least Free
}

// WindowState is where a chat stands in its window. The zero state is that of
// a chat of which no message is known, or none that is not too long ago.
type WindowState struct {
	Since time.Time // when it wrote last, kept to the millisecond
	Sent  int       // messages it was sent since then
}

// Lets reports whether a message of that priority may go at now.
func (w Window) Lets(s WindowState, p Priority, now time.Time) bool {
	switch {
	case w == Window{}:
		return true
	case w.over(s, now):
		return false
	case p == PriorityPerson:
		return true
	}
	return now.Before(s.Since.Add(w.Free)) && (w.FreeMessages == 0 || s.Sent < w.FreeMessages)
}

// Left returns until when a chat may be written to free of charge, and with how
// many messages more; -1 is any number. Where nothing is free any more,
// messages is 0 and until is when what a person wrote may not go either. The zero
// time says that nothing may go, or that there is no window.
func (w Window) Left(s WindowState, now time.Time) (until time.Time, messages int) {
	switch free := s.Since.Add(w.Free); {
	case w == Window{} || w.over(s, now):
		return time.Time{}, 0
	case !now.Before(free):
		return s.Since.Add(w.Total), 0
	case w.FreeMessages == 0:
		return free, -1
	case s.Sent >= w.FreeMessages:
		return s.Since.Add(w.Total), 0
	default:
		return free, w.FreeMessages - s.Sent
	}
}

// Ends returns from when on a state is as good as none.
func (w Window) Ends(s WindowState) time.Time {
	if s.Since.IsZero() {
		return time.Time{}
	}
	return s.Since.Add(w.Total)
}

func (w Window) over(s WindowState, now time.Time) bool { return !now.Before(w.Ends(s)) }

// Spent returns s after a send that took so many messages. If the provider told
// how many are left free, that counts.
func (w Window) Spent(s WindowState, messages int, left *int) WindowState {
	if s.Since.IsZero() {
		return s
	}
	s.Sent = min(s.Sent+messages, 1<<31-1)
	if left != nil && w.FreeMessages > 0 {
		s.Sent = max(0, w.FreeMessages-max(0, *left))
	}
	return s
}

// Check returns an error that is [ErrInvalid] if w is no window.
func (w Window) Check() error {
	if w.Free < 0 || w.FreeMessages < 0 || w.FreeMessages > 1<<31-1 || w.Total < w.Free || w.Total > MaxKeep || w != (Window{}) && w.Total < time.Millisecond {
		return fmt.Errorf("%w: window of %v, %d messages, %v", ErrInvalid, w.Free, w.FreeMessages, w.Total)
	}
	return nil
}

// The layout of a stored window with its state, all big endian:
//
//	byte 0        version
//	bytes 1–8     since, Unix milliseconds, 0 for never
//	bytes 9–12    messages sent
//	bytes 13–20   free, milliseconds
//	bytes 21–24   free messages
//	bytes 25–32   total, milliseconds
const windowSize = 1 + 8 + 4 + 8 + 4 + 8

// EncodeWindow returns the stored form of a window with its state.
func (f Format) EncodeWindow(w Window, s WindowState) []byte {
	b := make([]byte, 0, windowSize)
	b = append(b, byte(f))
	b = binary.BigEndian.AppendUint64(b, millis(s.Since))
	b = binary.BigEndian.AppendUint32(b, uint32(s.Sent))
	b = binary.BigEndian.AppendUint64(b, uint64(w.Free.Milliseconds()))
	b = binary.BigEndian.AppendUint32(b, uint32(w.FreeMessages))
	return binary.BigEndian.AppendUint64(b, uint64(w.Total.Milliseconds()))
}

// DecodeWindow reads what [Format.EncodeWindow] wrote. Times come back in UTC.
func DecodeWindow(b []byte) (w Window, s WindowState, err error) {
	if err := Newest.Reads(b); err != nil {
		return w, s, fmt.Errorf("decode window: %w", err)
	}
	torn := fmt.Errorf("decode window: %w", ErrCorrupt)
	if len(b) != windowSize {
		return w, s, torn
	}
	since, free, total := binary.BigEndian.Uint64(b[1:]), binary.BigEndian.Uint64(b[13:]), binary.BigEndian.Uint64(b[25:])
	const most = uint64(MaxKeep / time.Millisecond)
	if since > 1<<60 || free > most || total > most {
		return w, s, torn
	}
	s = WindowState{Since: fromMillis(since), Sent: int(binary.BigEndian.Uint32(b[9:]))}
	w = Window{
		Free:         time.Duration(free) * time.Millisecond,
		FreeMessages: int(binary.BigEndian.Uint32(b[21:])),
		Total:        time.Duration(total) * time.Millisecond,
	}
	if w.Check() != nil || w == (Window{}) {
		return Window{}, WindowState{}, torn
	}
	return w, s, nil
}
