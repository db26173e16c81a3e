package escalation

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/internal/record"
)

// envelope is what a letter between a resident's chat and those of officers
// carries beside its replies. One field is set.
type envelope struct {
	Case *Event `json:"case,omitempty"` // to the chat of the resident: what happened to a case there
	Slip *slip  `json:"slip,omitempty"` // to a chat of officers: what its book is to say
}

// slip keeps the book of a chat of officers true.
type slip struct {
	Line Line `json:"line"`
	// Told is that of the case: what has a lower one than the book knows was
	// overtaken. 0 if the case is gone, which holds whatever was told before.
	Told uint64 `json:"told,omitempty"`
	Over bool   `json:"over,omitempty"` // no business of that chat any more: the line goes
	// News says that something was said that wants an answer; a mere card is none.
	News bool `json:"news,omitempty"`
}

var errEnvelope = errors.New("no such letter")

// encode returns e as a letter carries it.
func (e envelope) encode() json.RawMessage {
	raw, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("encode a letter: %v", err)) // plain data: only a change of its types can bring that about
	}
	return raw
}

// readEnvelope reads what encode wrote. The error quotes nothing of it.
func readEnvelope(raw json.RawMessage) (envelope, error) {
	var e envelope
	if json.Unmarshal(raw, &e) != nil || (e.Case == nil) == (e.Slip == nil) {
		return envelope{}, errEnvelope
	}
	code := ""
	if e.Case != nil {
		code = e.Case.Code
	} else {
		code = e.Slip.Line.Code
	}
	if _, ok := record.CodeShard(code); !ok {
		return envelope{}, errEnvelope
	}
	return e, nil
}

// What is tracked, as [bot.Reply.Track] names it: the card of a case in a chat
// of officers, and what an officer said to the resident.
const (
	trackCard = "card:"
	trackSaid = "said:"
)

func cardName(code string) string { return trackCard + code }

// saidTrack names Said[no]. The code is in it because a chat may have several
// cases.
func saidTrack(code string, no int) string { return trackSaid + code + ":" + strconv.Itoa(no) }

// readCardTrack returns the case whose card was tracked.
func readCardTrack(track string) (code string, ok bool) {
	code, ok = strings.CutPrefix(track, trackCard)
	if !ok {
		return "", false
	}
	_, ok = record.CodeShard(code)
	return code, ok
}

// readSaidTrack returns which thing was tracked that an officer said.
func readSaidTrack(track string) (code string, no int, ok bool) {
	rest, ok := strings.CutPrefix(track, trackSaid)
	if !ok {
		return "", 0, false
	}
	code, number, _ := strings.Cut(rest, ":")
	no, err := strconv.Atoi(number)
	_, ok = record.CodeShard(code)
	return code, no, ok && err == nil && no > 0
}
