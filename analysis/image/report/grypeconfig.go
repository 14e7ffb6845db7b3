package report

import (
	"encoding/json"
	"slices"

	"canopy/model/record"
)

// grypeConfig is what is read of the settings that Grype was run with: what takes something out of its results.
type grypeConfig struct {
	OnlyFixed    bool        `json:"only-fixed"`
	OnlyNotFixed bool        `json:"only-notfixed"`
	IgnoreStates string      `json:"ignore-states"`
	Ignore       []grypeRule `json:"ignore"`
	Exclude      []string    `json:"exclude"`
}

// grypeRule is a rule by which matches are ignored.
type grypeRule struct {
	Vulnerability    string `json:"vulnerability"`
	Reason           string `json:"reason"`
	VEXStatus        string `json:"vex-status"`
	VEXJustification string `json:"vex-justification"`
	MatchType        string `json:"match-type"`
	Package          struct {
		Name string `json:"name"`
	} `json:"package"`
}

// own tells a rule that Grype makes itself, of which it has some whatever the user sets: headers of a kernel are not the kernel, and
// what the distributor has fixed in a package is no longer in what that package owns.
func (g grypeRule) own() bool {
	headers := []string{"kernel-headers", "linux(-.*)?-headers-.*", "linux-libc-dev"}
	return g.MatchType == "exact-indirect-match" && g.Vulnerability == "" && slices.Contains(headers, g.Package.Name) ||
		g.Reason == "DistroPackageFixed" || g.Reason == "Explicit APK NAK"
}

// narrowed notes what the settings have left out.
func (g *grypeReport) narrowed(s *record.Scan) {
	var c grypeConfig
	if len(g.Descriptor.Configuration) == 0 || json.Unmarshal(g.Descriptor.Configuration, &c) != nil {
		return
	}
	for _, f := range []struct {
		set  bool
		text string
	}{
		{c.OnlyFixed, "what has no fix was left out when it was made"},
		{c.OnlyNotFixed, "what has a fix was left out when it was made"},
		{c.IgnoreStates != "", "what is " + firstLine(c.IgnoreStates) + " was left out when it was made"},
		{len(c.Exclude) > 0, "files were left out when it was made"},
		{slices.ContainsFunc(c.Ignore, func(r grypeRule) bool { return r.VEXStatus == "" && !r.own() }), "it was made with rules that ignore findings"},
	} {
		if f.set {
			leave(s, f.text)
		}
	}
}
