package record

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
)

// MaxCode bounds a case's code, in bytes.
const MaxCode = 32

// Case is one question that a person is to answer, as an engine keeps it: the
// few things it acts on, and the rest as bytes. It lives with the chat of the
// resident who asked and is written only by saves of that chat.
type Case struct {
	// Code is made of digits and unique in the store. Its first three are the
	// shard of its chat, see [CodePrefix].
	Code string
	// Chat is the resident's. An engine fills it in from the save.
	Chat bot.ChatID
	// Epoch is raised whenever somebody else becomes responsible, so that
	// what the one before left under way is held back by its [Guard].
	Epoch uint64
	// Due is when something is to be done about it by itself; zero for never.
	// Kept to the millisecond.
	Due time.Time
	// Ends is from when on it is as if it were not there. Kept to the millisecond.
	Ends time.Time
	// Data is what only the rules of cases understand.
	Data []byte
}

// CodePrefix is how the code of every case in the shard of n begins.
func (n Name) CodePrefix() string { return fmt.Sprintf("%03d", n.Shard()) }

// CodeShard returns the shard that a code tells, and false for no code.
func CodeShard(code string) (shard uint8, ok bool) {
	if len(code) < 4 || len(code) > MaxCode {
		return 0, false
	}
	for _, c := range []byte(code) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(code[:3], 10, 8)
	return uint8(n), err == nil
}

type caseJSON struct {
	Channel string `json:"channel"`
	Bot     string `json:"bot"`
	Chat    []byte `json:"chat"`
	Code    string `json:"code"`
	Data    []byte `json:"data,omitempty"`
}

// The layout of a stored case, all big endian:
//
//	byte 0        version
//	bytes 1–8     epoch
//	bytes 9–16    due, Unix milliseconds, 0 for never
//	bytes 17–24   end, Unix milliseconds
//	rest          JSON
const caseHeader = 1 + 8 + 8 + 8

// EncodeCase returns the stored form of c.
func (f Format) EncodeCase(c Case) ([]byte, error) {
	raw, err := json.Marshal(caseJSON{c.Chat.Channel, c.Chat.Bot, []byte(c.Chat.Chat), c.Code, c.Data})
	if err != nil {
		return nil, fmt.Errorf("encode case: %w", err)
	}
	b := make([]byte, 0, caseHeader+len(raw))
	b = append(b, byte(f))
	b = binary.BigEndian.AppendUint64(b, c.Epoch)
	b = binary.BigEndian.AppendUint64(b, millis(c.Due))
	b = binary.BigEndian.AppendUint64(b, millis(c.Ends))
	return append(b, raw...), nil
}

// DecodeCase reads what [Format.EncodeCase] wrote. Times come back in UTC.
func DecodeCase(b []byte) (Case, error) {
	if err := Newest.Reads(b); err != nil {
		return Case{}, fmt.Errorf("decode case: %w", err)
	}
	var j caseJSON
	if len(b) < caseHeader || json.Unmarshal(b[caseHeader:], &j) != nil {
		return Case{}, fmt.Errorf("decode case: %w", ErrCorrupt)
	}
	return Case{
		Code:  j.Code,
		Chat:  bot.ChatID{Channel: j.Channel, Bot: j.Bot, Chat: string(j.Chat)},
		Epoch: binary.BigEndian.Uint64(b[1:]),
		Due:   fromMillis(binary.BigEndian.Uint64(b[9:])),
		Ends:  fromMillis(binary.BigEndian.Uint64(b[17:])),
		Data:  bytes.Clone(j.Data),
	}, nil
}

func millis(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(t.UnixMilli(), 1))
}

func fromMillis(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n)).UTC()
}
