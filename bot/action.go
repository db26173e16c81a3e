package bot

import "strings"

// Actions are what buttons and numbers do, as readable payloads of at most 64
// bytes: "e:<entry>", "f:<facet>:<entry>", "t:<topic>", "w:<n>:<entry>" (the
// resident belongs to group n of a slot question), and the bare words below.
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
)

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
