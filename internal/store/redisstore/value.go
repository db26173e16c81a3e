package redisstore

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/internal/record"
)

// What only the server knows when it stores something – its time, the next
// sequence – stands before or beside the encodings of package record:
//
//	delivery  field [t<not before 12>]<priority 1><sequence 12><end 12>[k][<collapse 8 raw bytes>], k if it is tracked,
//	          value <saved at 8><record.Delivery>
//	letter    <written at 8><attempts 2><record.Letter>
//	dead      d or l, <at 8><length 1><reason><length 1><field><value of the delivery or letter>
//	ref       <end 8><reference>
//	code      <name 16><end 8>
//	lease     <end 8><for how long 8><holder>, both in microseconds
//	value     <mark of the swap that wrote it 8><what is kept>
//
// Times are Unix milliseconds. In fields numbers are hexadecimal, in values big endian.

// fieldBase is the length of what every field of a delivery has.
const fieldBase = 1 + 12 + 12

// base returns the field of a delivery without what delayed it.
func (s *Store) base(d record.Delivery) string {
	tracked := ""
	if d.Reply.Track != "" {
		tracked = "k"
	}
	return fmt.Sprintf("%d%012x%012x%s%s", d.Priority, d.Seq, d.Expires.UnixMilli(), tracked, s.collapse(d.Collapse))
}

// collapse stands for a collapse key.
func (s *Store) collapse(key string) string {
	if key == "" {
		return ""
	}
	m := s.names.Load().Mark("collapse " + key)
	return string(m[:])
}

// stored is a delivery as it lies in a queue.
type stored struct {
	record.Delivery
	notBefore time.Time // zero unless it was delayed
}

// isDelivery tells the fields of deliveries from those of the queue's state.
func isDelivery(field string) bool { return field != "" && (field[0] <= '3' || field[0] == 't') }

func (s *Store) decodeStored(field, value string) (d stored, err error) {
	torn := fmt.Errorf("decode queue: %w", record.ErrCorrupt)
	if field != "" && field[0] == 't' {
		if len(field) < 13 {
			return d, torn
		}
		at, err := strconv.ParseInt(field[1:13], 16, 64)
		if err != nil {
			return d, torn
		}
		d.notBefore, field = time.UnixMilli(at).UTC(), field[13:]
	}
	if len(field) < fieldBase || len(value) < 8 {
		return d, torn
	}
	at := d.notBefore
	if d.Delivery, err = readAs(s, value[8:], record.DecodeDelivery); err != nil {
		return d, err
	}
	d.notBefore = at
	seq, err1 := strconv.ParseUint(field[1:13], 16, 64)
	ends, err2 := strconv.ParseInt(field[13:25], 16, 64)
	if err1 != nil || err2 != nil {
		return d, torn
	}
	d.Seq, d.Expires, d.At = seq, time.UnixMilli(ends).UTC(), timeAt(value)
	return d, nil
}

// readAs decodes a record, if it is of a format that this program reads.
func readAs[T any](s *Store, value string, decode func([]byte) (T, error)) (T, error) {
	if err := s.newest.Reads([]byte(value)); err != nil {
		var none T
		return none, err
	}
	return decode([]byte(value))
}

// timeAt reads the time that begins a value.
func timeAt(value string) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64([]byte(value[:8])))).UTC()
}

func (s *Store) decodeLetter(value string) (record.Letter, error) {
	if len(value) < 10 {
		return record.Letter{}, fmt.Errorf("decode letter: %w", record.ErrCorrupt)
	}
	l, err := readAs(s, value[10:], record.DecodeLetter)
	if err != nil {
		return record.Letter{}, err
	}
	l.At, l.Attempts = timeAt(value), binary.BigEndian.Uint16([]byte(value[8:10]))
	return l, nil
}

func (s *Store) decodeDead(id, value string) (record.Dead, error) {
	torn := fmt.Errorf("decode dead letter: %w", record.ErrCorrupt)
	if len(value) < 10 {
		return record.Dead{}, torn
	}
	kind, d, rest := value[0], record.Dead{ID: id, At: timeAt(value[1:])}, value[9:]
	var field string
	for _, to := range []*string{&d.Reason, &field} {
		if len(rest) < 1 || len(rest) < 1+int(rest[0]) {
			return record.Dead{}, torn
		}
		*to, rest = rest[1:1+int(rest[0])], rest[1+int(rest[0]):]
	}
	var err error
	switch kind {
	case 'l':
		d.Letter, err = s.decodeLetter(rest)
	case 'd':
		var found stored
		found, err = s.decodeStored(field, rest)
		d.Delivery = found.Delivery
	default:
		return record.Dead{}, torn
	}
	if err != nil {
		return record.Dead{}, err
	}
	return d, nil
}

// newGrave names a dead letter: its shard, and what chance brings. A sequence
// may be given out again in a later life of its chat.
func newGrave(n record.Name) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(append([]byte{n.Shard()}, b[:]...))
}

// text returns a string that came back; "" for anything else.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// texts returns a list of strings that came back.
func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = text(one)
	}
	return out
}

// pairs returns a hash that came back.
func pairs(v any) map[string]string {
	list := texts(v)
	m := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		m[list[i]] = list[i+1]
	}
	return m
}

func u64(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func u16(n uint16) string { return string(binary.BigEndian.AppendUint16(nil, n)) }

func from64(s string) uint64 {
	if len(s) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64([]byte(s))
}
