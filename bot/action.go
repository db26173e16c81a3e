package bot

import "strings"

// Actions are what buttons and numbers do, as readable payloads of at most 64
// bytes: "e:<entry>", "f:<facet>:<entry>", "t:<topic>", "w:<n>:<entry>" (the
// resident belongs to group n of a slot question), "cs:…" and "c:…" of what
// goes to officers, and the bare words below.
const (
	actionMenu     = "menu"
	actionOfficer  = "gap-can-bo"
	actionNotMeant = "chua-dung"
	actionNoneOf   = "khong-phai"
	actionUp       = "tot"
	actionForget   = "quen-toi"
	prefixEntry    = "e:"
	prefixFacet    = "f:"
	prefixTopic    = "t:"
	prefixGroup    = "w:"
	prefixPlace    = "p:"
	actionCases    = "ho-so"
	actionOther    = "viec-khac"
	prefixConsent  = "cs:" // cs:<choice>:<draft>
	prefixCase     = "c:"  // c:<verb>:<code>
)

// What may be chosen under the request for consent.
const (
	consentYes  = "gui"
	consentNo   = "khong"
	consentMore = "ky"
)

// What a resident may do with a case of the same chat.
const (
	caseClear   = "ro"
	caseUnclear = "chua"
	caseMore    = "them"
	caseShow    = "xem"
	caseOther   = "khac"
)

// ClearButton returns the payload of «rõ rồi» under an officer's answer.
func ClearButton(code string) string { return prefixCase + caseClear + ":" + code }

// UnclearButton returns the payload of «chưa rõ» beside it.
func UnclearButton(code string) string { return prefixCase + caseUnclear + ":" + code }

// PayloadForget is the payload of «quên tôi», for what means the same elsewhere.
const PayloadForget = actionForget

// splitAction cuts "f:where:bhyt-ho-ngheo" into its parts.
func splitAction(payload string) (kind, a, b string) {
	kind, rest, ok := strings.Cut(payload, ":")
	if !ok {
		return payload, "", ""
	}
	a, b, _ = strings.Cut(rest, ":")
	return kind + ":", a, b
}
