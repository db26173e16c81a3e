package escalation

import (
	"strconv"
	"strings"

	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/vietnamese"
)

// command is what an officer types besides what is meant for residents.
type command struct {
	name   commandName
	number int    // of commandNumber
	code   string // of commandCase and commandCode
}

type commandName string

const (
	commandNone    commandName = ""
	commandNumber  commandName = "number"
	commandList    commandName = "list"
	commandHelp    commandName = "help"
	commandAbsence commandName = "absence"
	commandSend    commandName = "send"
	commandEdit    commandName = "edit"
	commandDrop    commandName = "drop"
	commandCase    commandName = "case" // named as one: «hồ sơ 123456789»
	commandCode    commandName = "code" // digits alone, which may be meant for a resident
)

// words of a command, folded. A message that holds more than one of these is
// no command: officers write sentences that begin with «việc này».
var commands = map[string]commandName{
	"viec": commandList, "cac viec": commandList, "xem viec": commandList, "danh sach": commandList,
	"giup": commandHelp, "giup do": commandHelp, "tro giup": commandHelp, "huong dan": commandHelp, "help": commandHelp,
	"nghi": commandAbsence, "nghi phep": commandAbsence, "bao nghi": commandAbsence,
	"gui": commandSend, "gui di": commandSend,
	"sua": commandEdit, "sua lai": commandEdit,
	"bo": commandDrop, "huy": commandDrop, "thoi": commandDrop,
}

// maxNumber is the highest number of a list.
const maxNumber = 99

// readCommand reads what was typed, with or without accents, with or without a
// slash.
func readCommand(text string) command {
	text = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "/"))
	if len(text) > 100 {
		return command{}
	}
	tokens := vietnamese.Tokenize(text)
	folded := make([]string, len(tokens))
	for i, t := range tokens {
		folded[i] = t.Folded
	}
	if name, ok := commands[strings.Join(folded, " ")]; ok {
		return command{name: name}
	}
	if n, ok := readNumber(folded); ok {
		return command{name: commandNumber, number: n}
	}
	return readCode(folded)
}

// readNumber reads "1", "số 2", "chọn 3".
func readNumber(words []string) (int, bool) {
	if len(words) == 2 && (words[0] == "so" || words[0] == "chon" || words[0] == "muc") {
		words = words[1:]
	}
	if len(words) != 1 {
		return 0, false
	}
	n, err := strconv.Atoi(words[0])
	return n, err == nil && n >= 0 && n <= maxNumber
}

// shortCode is the least number of digits taken for a code: a year or an amount
// in thousands is none.
const shortCode = 7

// readCode reads a code, however its digits are grouped, alone or after the
// words that name it.
func readCode(words []string) command {
	c := command{name: commandCode}
	for _, naming := range []string{"ho so", "hoso", "hs", "ma", "ma ho so"} {
		named := strings.Fields(naming)
		if len(words) > len(named) && strings.Join(words[:len(named)], " ") == naming {
			c.name, words = commandCase, words[len(named):]
			break
		}
	}
	for _, w := range words {
		c.code += strings.NewReplacer(".", "", ",", "").Replace(w)
	}
	if _, ok := record.CodeShard(c.code); !ok || len(c.code) < shortCode {
		return command{}
	}
	return c
}

// command does what was typed and reports whether it was a command.
func (h *hand) command(c command) bool {
	switch c.name {
	case commandNumber:
		h.number(c.number)
	case commandList:
		h.list(0)
	case commandHelp:
		h.help()
	case commandAbsence:
		h.count("absence")
		h.reply(h.texts.say(textOfficerAbsence), "")
	case commandSend, commandEdit, commandDrop:
		return h.draftCommand(c.name)
	case commandCase, commandCode:
		if _, ok := h.lookup(c.code); !ok && c.name == commandCode && h.awaits() {
			return false // digits for a resident: a telephone number, an amount
		}
		if found, ok := h.find(c.code); ok {
			h.count("show")
			h.show(found)
		}
	default:
		return false
	}
	return true
}

// number does what a number of the latest list stands for.
func (h *hand) number(n int) {
	if n < 1 || n > len(h.book.List) {
		h.count("number.stale")
		h.words = paragraphs(h.words, h.texts.say(textNumberStale))
		h.list(0)
		return
	}
	if a, ok := readAct(h.book.List[n-1].Action); ok {
		h.press(a)
		return
	}
	h.help()
}
