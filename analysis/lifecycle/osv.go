package lifecycle

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"canopy/model/inorder"
)

func osvSource() Source {
	return Source{Name: "cve-feed-osv", URL: "https://github.com/kubernetes-sigs/cve-feed-osv", Licence: "Apache-2.0"}
}

// osvDocument is what is read of a vulnerability in the OSV schema.
type osvDocument struct {
	ID        string    `json:"id"`
	Aliases   []string  `json:"aliases"`
	Modified  time.Time `json:"modified"`
	Published time.Time `json:"published"`
	Withdrawn time.Time `json:"withdrawn"`
	Summary   string    `json:"summary"`
	Details   string    `json:"details"`
	Severity  []severity
	Affected  []struct {
		Package struct {
			Ecosystem, Name string
		} `json:"package"`
		Severity []severity
		Ranges   []struct {
			Type   string     `json:"type"`
			Events []osvEvent `json:"events"`
		} `json:"ranges"`
		Versions []string `json:"versions"`
	} `json:"affected"`
	References []struct {
		Type, URL string
	} `json:"references"`
}

type severity struct{ Type, Score string }

type osvEvent struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
	Limit        string `json:"limit"`
}

// osv reads one document, and leaves out those that are of other products.
func (g *gathering) osv(data []byte) error {
	var d osvDocument
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("is no OSV document: %w", plainError(err))
	}
	id, err := cveID(append([]string{d.ID}, d.Aliases...))
	if err != nil {
		return err
	}
	g.seen++
	base := Vulnerability{ID: id, Summary: short(cmp.Or(d.Summary, d.Details)), URL: d.page()}
	if base.Published, err = osvDay(d.Published); err != nil {
		return fmt.Errorf("%s: published: %w", id, err)
	}
	modified, err := osvDay(d.Modified)
	if err != nil || modified == 0 && base.Published == 0 {
		return fmt.Errorf("%s: does not say when it was written", id)
	}
	found := false
	first := len(g.all)
	if len(d.Affected) > maxRanges {
		return fmt.Errorf("%s: affects %d packages", id, len(d.Affected))
	}
	for i, a := range d.Affected {
		component, ours := osvComponent(a.Package.Ecosystem, a.Package.Name)
		if !ours {
			continue
		}
		found = true
		v := base
		if component != "" {
			v.Components = []string{component}
		}
		v.Score = max(scoreOf(a.Severity), scoreOf(d.Severity))
		var unread []string
		for j, r := range a.Ranges {
			if !strings.EqualFold(r.Type, "SEMVER") && !strings.EqualFold(r.Type, "ECOSYSTEM") {
				unread = append(unread, quoted(r.Type))
				continue
			}
			spans, err := osvRanges(r.Events)
			if err != nil {
				return fmt.Errorf("%s: affected[%d].ranges[%d]: %w", id, i, j, err)
			}
			v.Ranges = append(v.Ranges, spans...)
		}
		for _, version := range a.Versions {
			if _, ok := ParseVersion(version); !ok {
				return fmt.Errorf("%s: affected[%d].versions: %s is no version", id, i, quoted(version))
			}
			v.Ranges = append(v.Ranges, Range{Introduced: version, Last: version})
		}
		switch {
		case !d.Withdrawn.IsZero():
			v.Ranges = nil
		case len(v.Ranges) == 0:
			// None would say that no version has it, which is how one is taken back.
			return fmt.Errorf("%s: affected[%d]: tells which versions have it in no form that is read here%s", id, i, among(unread))
		}
		g.fold(first, v)
	}
	if found {
		g.asOf = max(g.asOf, modified, base.Published)
	}
	return nil
}

func among(types []string) string {
	if len(types) == 0 {
		return ""
	}
	return ": its ranges are of type " + strings.Join(types[:min(len(types), 3)], ", ")
}

// fold adds a vulnerability to one of the same document, from an index on, that has the same ranges: API server and kubelet are often
// affected alike.
func (g *gathering) fold(first int, v Vulnerability) {
	for i := first; i < len(g.all); i++ {
		o := &g.all[i]
		if len(o.Components) > 0 && len(v.Components) > 0 && slices.Equal(o.Ranges, v.Ranges) {
			if !slices.Contains(o.Components, v.Components[0]) {
				o.Components = append(o.Components, v.Components...)
			}
			o.Score = max(o.Score, v.Score)
			return
		}
	}
	g.all = append(g.all, v)
}

// osvRanges reads events. They are sorted first: the schema says that their order means nothing, and some files have the newest first.
// At one version an introduction comes after what ends there.
func osvRanges(events []osvEvent) ([]Range, error) {
	if len(events) > 2*maxRanges {
		return nil, fmt.Errorf("has %d events", len(events))
	}
	type event struct {
		at   Version
		rank int
		raw  string
	}
	const (
		fixed = iota
		limit
		introduced
		last
	)
	var all []event
	for i, e := range events {
		for rank, raw := range [...]string{fixed: e.Fixed, limit: e.Limit, introduced: e.Introduced, last: e.LastAffected} {
			if raw == "" || raw == "*" && rank == limit {
				continue
			}
			at, ok := ParseVersion(raw)
			if raw == "0" {
				at, ok, raw = Version{}, true, ""
			}
			if !ok {
				return nil, fmt.Errorf("events[%d]: %s is no version", i, quoted(raw))
			}
			all = append(all, event{at, rank, raw})
		}
	}
	inorder.SortStable(all, func(a, b event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank)) })
	var ranges []Range
	inside := false
	var now Range
	for _, e := range all {
		switch {
		case e.rank == introduced && !inside:
			inside, now = true, Range{Introduced: e.raw}
		case e.rank == fixed && inside:
			now.Fixed = e.raw
			ranges, inside = append(ranges, now), false
		case e.rank == limit && inside:
			// What lies beyond is not spoken of, which is not that it is mended there.
			now.Before = e.raw
			ranges, inside = append(ranges, now), false
		case e.rank == last && inside:
			now.Last = e.raw
			ranges, inside = append(ranges, now), false
		case e.rank == fixed && len(ranges) == 0:
			return nil, fmt.Errorf("ends at %s and begins nowhere", quoted(e.raw))
		}
	}
	if inside {
		now.Open = true
		ranges = append(ranges, now)
	}
	return ranges, nil
}

// osvComponent tells which component a package is; "" is all of Kubernetes, false another product.
func osvComponent(ecosystem, name string) (string, bool) {
	if !strings.EqualFold(ecosystem, "kubernetes") {
		return "", false
	}
	switch short := strings.TrimPrefix(strings.TrimPrefix(name, "k8s.io/"), "kube-"); short {
	case "kubernetes":
		return "", true
	case "apiserver", "controller-manager", "scheduler", "proxy":
		return "kube-" + short, true
	case "kubelet", "kubectl", "client-go", "kubeadm", CloudController, "cloud-provider":
		if short == "cloud-provider" {
			return CloudController, true
		}
		return short, true
	case "aggregator", "apiextensions-apiserver":
		return APIServer, true
	}
	return "", false
}

func (d *osvDocument) page() string {
	for _, prefix := range [...]string{"https://github.com/kubernetes/kubernetes/issues/", "https://"} {
		for _, r := range d.References {
			if strings.HasPrefix(r.URL, prefix) && text("", r.URL) == nil {
				return r.URL
			}
		}
	}
	return ""
}

// cveID is the id of CVE, by which sources are brought together; another one where there is none.
func cveID(ids []string) (string, error) {
	for _, id := range ids {
		if upper := strings.ToUpper(id); strings.HasPrefix(upper, "CVE-") && name("id", upper) == nil {
			return upper, nil
		}
	}
	if err := name("id", ids[0]); err != nil {
		return "", err
	}
	return ids[0], nil
}

func osvDay(t time.Time) (Day, error) {
	if t.IsZero() {
		return 0, nil
	}
	if d := DayOf(t); t.Year() > 1900 && t.Year() < 3000 && d.sane() {
		return d, nil
	}
	return 0, errors.New("that day cannot be")
}
