package escalation

import (
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/internal/record"
)

// act is what a button or a number of an officer, or one of a resident under an
// answer, stands for: "k:<verb>:<code>:<epoch>[:<arg>]". Anybody can make one up
// and send it: it says what is meant and gives no right to it.
type act struct {
	verb  verb
	code  string // of the case; empty for verbs that concern none
	epoch uint64 // of the case as whoever presses saw it
	arg   string
}

// maxPayload is what a button carries on the narrowest channel, in bytes.
const maxPayload = 64

type verb string

// What residents press.
const (
	verbClear   verb = "clear"
	verbUnclear verb = "unclear"
)

// What officers press.
const (
	verbTake     verb = "take"
	verbRelease  verb = "release"
	verbAsk      verb = "ask"
	verbTransfer verb = "move"
	verbNotOurs  verb = "not"
	verbDone     verb = "done"
	verbEntry    verb = "entry" // arg: index in Case.Near
	verbMore     verb = "more"  // the rest of the buttons
	verbShow     verb = "show"
	verbList     verb = "list" // arg: how many lines to leave out
	verbKeep     verb = "keep" // answers the question that keeps the channel open

	verbSend verb = "send" // the draft
	verbEdit verb = "edit"
	verbDrop verb = "drop"
	verbFor  verb = "for" // the draft is for this case
	verbTo   verb = "to"  // arg: id of a desk
	verbWhy  verb = "why" // arg: number of a reason, from 1
)

const actPrefix = "k:"

// String returns the payload.
func (a act) String() string {
	s := actPrefix + string(a.verb) + ":" + a.code + ":" + strconv.FormatUint(a.epoch, 10)
	if a.arg != "" {
		s += ":" + a.arg
	}
	return s
}

// readAct reads a payload; false for what is none of ours.
func readAct(payload string) (act, bool) {
	rest, ok := strings.CutPrefix(payload, actPrefix)
	if !ok || len(payload) > 4*maxPayload {
		return act{}, false
	}
	parts := strings.SplitN(rest, ":", 4)
	if len(parts) < 3 || parts[0] == "" {
		return act{}, false
	}
	epoch, err := strconv.ParseUint(parts[2], 10, 64)
	if err != nil {
		return act{}, false
	}
	a := act{verb: verb(parts[0]), code: parts[1], epoch: epoch}
	if len(parts) == 4 {
		a.arg = parts[3]
	}
	if _, ok := record.CodeShard(a.code); !ok && a.code != "" {
		return act{}, false
	}
	return a, true
}
