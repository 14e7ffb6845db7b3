package catalogue

import (
	"fmt"
	"regexp"
	"slices"

	"canopy/model"
)

// The words that a rule may use.
var (
	themes    = [...]string{"least-privilege", "network", "pod-security", "images", "secrets", "patching", "activity", "audits"}
	fixes     = [...]string{"yaml", "steps", "none"}
	breakages = [...]string{"none", "likely-safe", "needs-evidence", "outage"}
)

// longestShort is the most that a short title may have.
const longestShort = 24

// check tells what is wrong with a rule; nil where nothing is.
func check(r *model.Rule) error {
	if !regexp.MustCompile(`^[A-Z]{2}[0-9]{2}$`).MatchString(r.ID) {
		return fmt.Errorf("id: want two letters and two digits")
	}
	for _, f := range [...]struct{ name, text string }{
		{"title", r.Title}, {"short", r.Short}, {"condition", r.Condition}, {"why", r.Why}, {"attack", r.Attack}, {"defence", r.Defence}, {"remedy", r.Remedy},
	} {
		if f.text == "" {
			return fmt.Errorf("%s is missing", f.name)
		}
	}
	switch {
	case len(r.Short) > longestShort:
		return fmt.Errorf("short %q has more than %d characters", r.Short, longestShort)
	case !slices.Contains(themes[:], r.Theme):
		return fmt.Errorf("theme %q is none of %v", r.Theme, themes)
	case !slices.Contains(fixes[:], r.Fix):
		return fmt.Errorf("fix %q is none of %v", r.Fix, fixes)
	case r.Fix != "yaml" && r.NoFix == "":
		return fmt.Errorf("noFix is missing: it gives the reason where the fix is not yaml, and what yaml leaves out where it is not whole")
	case r.Fix != "none" && !slices.Contains(breakages[:], r.Breakage):
		return fmt.Errorf("breakage %q is none of %v", r.Breakage, breakages)
	case len(r.Needs) == 0:
		return fmt.Errorf("needs no kind")
	}
	for _, gk := range r.NeedKinds() {
		if model.KindOf(gk) == nil {
			return fmt.Errorf("needs %s, which is not read", gk)
		}
	}
	return checkFrameworks(&r.Frameworks)
}

// The forms of ids that both rules and edges carry.
const (
	formMITRE = `^T[0-9]{4}(\.[0-9]{3})?$`
	formMS    = `^MS-TA90[0-9]{2}$`
)

// idList is a list of ids of another catalogue, with the form that they have there.
type idList struct {
	name, form string
	ids        []string
}

func checkFrameworks(f *model.Frameworks) error {
	err := checkIDs([]idList{
		{"pss", `^(baseline|restricted)/[A-Za-z_]+$`, f.PSS},
		{"cis", `^[1-5](\.[0-9]{1,2}){1,2}$`, f.CIS},
		{"nsa", `^N[1-7]$`, f.NSA},
		{"owasp", `^K(0[1-9]|10)$`, f.OWASP},
		{"mitre", formMITRE, f.MITRE},
		{"ms", formMS, f.MS},
	})
	if err != nil {
		return fmt.Errorf("frameworks: %w", err)
	}
	return nil
}

func checkIDs(lists []idList) error {
	for _, list := range lists {
		// A list that is missing is written [] so that it was thought of.
		if list.ids == nil {
			return fmt.Errorf("%s is missing", list.name)
		}
		form := regexp.MustCompile(list.form)
		for _, id := range list.ids {
			if !form.MatchString(id) {
				return fmt.Errorf("%s: %q is not of the form %s", list.name, id, list.form)
			}
		}
	}
	return nil
}
