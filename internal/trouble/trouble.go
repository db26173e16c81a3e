package trouble

import "slices"

// Code names one kind of trouble. A code that was published stays.
type Code string

// The codes, by what they are about.
const (
	StoreDown     Code = "store.down"
	StoreFull     Code = "store.full"
	StoreDisk     Code = "store.disk"
	StoreReplicas Code = "store.replicas"
	StoreEviction Code = "store.eviction"
	StoreLossy    Code = "store.lossy"
	StoreMemory   Code = "store.memory"
	StoreVersion  Code = "store.version"
	StoreBroken   Code = "store.broken"

	SpoolWaiting Code = "spool.waiting"
	SpoolFull    Code = "spool.full"
	SpoolDisk    Code = "spool.disk"

	ChannelToken      Code = "channel.token"
	ChannelTokenSoon  Code = "channel.token_soon"
	ChannelWebhook    Code = "channel.webhook"
	ChannelSilent     Code = "channel.silent"
	ChannelConflict   Code = "channel.conflict"
	ChannelDown       Code = "channel.down"
	ChannelQuota      Code = "channel.quota"
	ChannelAccount    Code = "channel.account"
	ChannelUnanswered Code = "channel.unanswered"

	DesksBroken      Code = "desks.broken"
	DesksUnreachable Code = "desks.unreachable"
	DesksInvite      Code = "desks.invite"

	BaseBroken  Code = "base.broken"
	BaseOverdue Code = "base.overdue"
	BasePhones  Code = "base.phones"

	ClockWrong Code = "clock.wrong"
	ClockDrift Code = "clock.drift"
	DiskLow    Code = "disk.low"
	DiskFull   Code = "disk.full"

	SettingsBroken  Code = "settings.broken"
	SettingsExposed Code = "settings.exposed"
	FolderBroken    Code = "folder.broken"
	FolderExposed   Code = "folder.exposed"
	AddressTaken    Code = "address.taken"
	AddressPublic   Code = "address.public"

	Stopping   Code = "stopping"
	NotRunning Code = "not.running"
)

// Grade says how bad something is.
type Grade string

// The grades. A fault keeps somebody from being served, or would at the next
// mishap; a warning will, if nobody does anything.
const (
	Good    Grade = "good"
	Warning Grade = "warning"
	Fault   Grade = "fault"
)

// Trouble is one trouble that there is now.
type Trouble struct {
	Code Code `json:"code"`
	// What and Cure are whole Vietnamese sentences.
	What string `json:"what"`
	Cure string `json:"cure"`
	// Where is the server, channel, folder or file in question; empty if there
	// is only one. It holds no secret and names no resident.
	Where string `json:"where,omitempty"`
}

// New returns the trouble of that code at a place. An unknown code panics: the
// codes are the constants above.
func New(code Code, where string) Trouble {
	m := meaningOf(code)
	return Trouble{Code: code, What: m.what, Cure: m.cure, Where: where}
}

// With returns the trouble told in words of its own; an empty one stays what
// the vocabulary says.
func (t Trouble) With(what, cure string) Trouble {
	if what != "" {
		t.What = what
	}
	if cure != "" {
		t.Cure = cure
	}
	return t
}

// Error implements error: what, where and the cure.
func (t Trouble) Error() string {
	text := sentence(t.What) + " " + sentence(t.Cure)
	if t.Where != "" {
		text = t.Where + ": " + text
	}
	return text
}

// Grade says how bad troubles of the code are.
func (c Code) Grade() Grade { return meaningOf(c).grade }

// Codes returns every code, sorted: for metrics, which show also those that
// there are not.
func Codes() []Code {
	var all []Code
	for c := range meanings() {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

func meaningOf(c Code) meaning {
	m, ok := meanings()[c]
	if !ok {
		panic("unknown trouble " + string(c))
	}
	return m
}

// sentence ends a text that does not end by itself.
func sentence(text string) string {
	if text == "" || text[len(text)-1] == '.' || text[len(text)-1] == '?' {
		return text
	}
	return text + "."
}
