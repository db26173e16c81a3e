package doctor

import (
	"strings"

	"github.com/doithoai/doithoai/internal/staff"
	"github.com/doithoai/doithoai/internal/trouble"
)

// Desks tells what the gaps of the desks mean: a fault if cases of a desk reach
// nobody today.
func Desks(gaps []staff.Gap) trouble.Finding {
	const area, name = "desks", "Cán bộ"
	var dark, invite []string
	seen := map[string]bool{}
	for _, gap := range gaps {
		if gap.Dark {
			dark = append(dark, gap.Desk.Name)
		}
		for _, officer := range gap.Missing {
			if !seen[officer.ID] {
				seen[officer.ID] = true
				invite = append(invite, "doithoai officer invite "+officer.ID)
			}
		}
	}
	switch {
	case len(dark) > 0 && len(invite) == 0:
		return trouble.Found(area, name, trouble.DesksUnreachable,
			"Hôm nay không ai trực, hồ sơ không đến ai: "+firstOf(dark), "Ghi người thay trong tệp cán bộ")
	case len(dark) > 0:
		return trouble.Found(area, name, trouble.DesksUnreachable,
			"Chưa ai nhận được hồ sơ của: "+firstOf(dark), "Mời người của bộ phận: "+strings.Join(invite, "; "))
	case len(invite) > 0:
		return trouble.Found(area, name, trouble.DesksInvite,
			"bộ phận nào cũng có người nhận hồ sơ; còn người chưa vào", "Mời bằng: "+strings.Join(invite, "; "))
	}
	return trouble.Well(area, name, "bộ phận nào cũng có người nhận hồ sơ")
}
