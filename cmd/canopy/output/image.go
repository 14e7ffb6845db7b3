package output

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"canopy/analysis/image"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
)

// Images is what canopy images prints.
type Images struct {
	Images []Image `json:"images"`
	// Namespaces counts the images by verdict, of all namespaces first.
	Namespaces []ImageTally `json:"namespaces"`
	// Signing says per namespace which policies demand signatures; empty where none does anywhere.
	Signing []Signing `json:"signing"`
	// Unseen says what was not seen that counts here.
	Unseen []string `json:"unseen"`
}

// ImageTally counts images by verdict.
type ImageTally struct {
	// Namespace is "*" for all.
	Namespace string                `json:"namespace"`
	Images    int                   `json:"images"`
	Verdicts  map[image.Verdict]int `json:"verdicts"`
	// Exposed counts those that can be reached from outside and were not scanned.
	Exposed int `json:"exposedUnscanned"`
}

// Image is one image that runs.
type Image struct {
	Digest     string   `json:"digest"`
	Name       string   `json:"name"`
	Refs       []string `json:"refs"`
	Aliases    []string `json:"aliases,omitempty"`
	Containers int      `json:"containers"`
	Pods       int      `json:"pods"`
	Namespaces []string `json:"namespaces"`
	Exposed    bool     `json:"exposed"`
	// Platforms are those of the nodes that run it, Unproven those of several that no young report is known to be of.
	Platforms []string        `json:"platforms"`
	Unproven  []string        `json:"unprovenPlatforms,omitempty"`
	Size      int64           `json:"size,omitempty"`
	Verdict   image.Verdict   `json:"verdict"`
	Reason    string          `json:"reason"`
	Evidence  []ImageEvidence `json:"evidence"`
	// Disagreement says where sources contradict each other.
	Disagreement string            `json:"disagreement,omitempty"`
	Counts       *Counts           `json:"counts"`
	Signature    signature.Verdict `json:"signature"`
	Signed       *Signed           `json:"signed,omitempty"`
	Hygiene      []string          `json:"hygiene"`
	Warnings     []string          `json:"warnings,omitempty"`
	Built        *string           `json:"built,omitempty"`
	UsedBy       []ImageUse        `json:"usedBy"`
}

// ImageEvidence is one scan that tells of an image.
type ImageEvidence struct {
	Source  string `json:"source"`
	Scanner string `json:"scanner,omitempty"`
	// Time is when it was scanned, Database the date of the scanner's data; nil where unknown.
	Time     *string     `json:"time"`
	Database *string     `json:"database,omitempty"`
	Match    image.Match `json:"match"`
	Digest   string      `json:"digest,omitempty"`
	// Platform is what was scanned, where the report tells.
	Platform string  `json:"platform,omitempty"`
	Counts   *Counts `json:"counts"`
	// Excluded are those that statements of VEX have taken out of the counts.
	Excluded   *Counts       `json:"excludedByVEX,omitempty"`
	ExcludedBy string        `json:"vex,omitempty"`
	Verdict    image.Verdict `json:"verdict"`
	Reason     string        `json:"reason,omitempty"`
	// Object is the report, File where it was read from.
	Object *model.Ref `json:"object,omitempty"`
	File   string     `json:"file,omitempty"`
}

// Counts are vulnerabilities by severity; nil in place of them is that nobody told.
type Counts struct {
	Critical   int32 `json:"critical"`
	High       int32 `json:"high"`
	Medium     int32 `json:"medium"`
	Low        int32 `json:"low"`
	Negligible int32 `json:"negligible"`
	Unknown    int32 `json:"unknown"`
}

// Signed says why a signature counts as proven or not.
type Signed struct {
	Reason   string      `json:"reason"`
	Policies []model.Ref `json:"policies"`
	Enforced bool        `json:"enforced"`
	Refuted  bool        `json:"refuted,omitempty"`
	By       string      `json:"by,omitempty"`
}

// ImageUse is a container of a workload.
type ImageUse struct {
	Object    model.Ref         `json:"object"`
	Container string            `json:"container"`
	Type      image.UseType     `json:"type"`
	Ref       string            `json:"ref"`
	Pods      int               `json:"pods"`
	Nodes     []string          `json:"nodes"`
	Signature signature.Verdict `json:"signature"`
	// Policies are those that demand a signature here, Enforced tells that one of them refuses.
	Policies []model.Ref `json:"policies,omitempty"`
	Enforced bool        `json:"enforced,omitempty"`
}

// NewImages makes what is shown of images.
func NewImages(list []image.Image, tallies []image.Tally, unseen []string) *Images {
	out := &Images{Images: make([]Image, 0, len(list)), Namespaces: []ImageTally{}, Signing: []Signing{}, Unseen: append([]string{}, unseen...)}
	for i := range list {
		out.Images = append(out.Images, newImage(&list[i]))
	}
	for _, t := range tallies {
		if t.Namespace == "" {
			t.Namespace = "*"
		}
		verdicts := map[image.Verdict]int{}
		for _, v := range ImageVerdicts() {
			verdicts[v] = t.Verdicts[v]
		}
		out.Namespaces = append(out.Namespaces, ImageTally{t.Namespace, t.Images, verdicts, t.Exposed})
	}
	return out
}

// ImageVerdicts lists the verdicts, the best first.
func ImageVerdicts() []image.Verdict {
	return []image.Verdict{image.Scanned, image.Stale, image.OtherDigest, image.Failed, image.NoEvidence}
}

func newImage(i *image.Image) Image {
	out := Image{
		Digest: i.Digest, Name: i.Name, Refs: some(i.References), Aliases: i.Aliases, Containers: i.Containers, Pods: i.Pods, Namespaces: some(i.Namespaces),
		Exposed: i.Exposed, Verdict: i.Verdict, Reason: i.Reason, Evidence: []ImageEvidence{}, Disagreement: i.Disagreement, Counts: newCounts(i.Counts),
		Signature: i.Signature.Verdict, Hygiene: some(i.Hygiene), Warnings: i.Warnings, Built: since(i.Built), UsedBy: []ImageUse{},
		Platforms: some(i.Platforms), Unproven: i.Unproven, Size: i.Size,
	}
	if a := &i.Signature; a.Reason != "" || len(a.Policies) > 0 {
		out.Signed = &Signed{Reason: a.Reason, Policies: append([]model.Ref{}, a.Policies...), Enforced: a.Enforced, Refuted: a.Refuted, By: a.By}
	}
	for j := range i.Evidence {
		e := &i.Evidence[j]
		one := ImageEvidence{
			Source: e.Source, Scanner: strings.TrimSpace(e.Scanner + " " + e.Version), Time: since(e.Scanned), Database: since(e.Database), Match: e.Match,
			Digest: e.Digest, Counts: newCounts(e.Counts), Verdict: e.Verdict, Reason: e.Reason, File: e.Origin,
			Platform: e.Platform, Excluded: newCounts(e.Excluded), ExcludedBy: e.ExcludedBy,
		}
		if e.Scan.Group != model.GroupOwn {
			one.Object = &e.Scan
		}
		out.Evidence = append(out.Evidence, one)
	}
	for j := range i.Uses {
		u := &i.Uses[j]
		out.UsedBy = append(out.UsedBy, ImageUse{
			Object: u.Owner, Container: u.Container, Type: u.Type, Ref: u.Reference, Pods: u.Pods, Nodes: some(u.Nodes), Signature: u.Signature.Verdict,
			Policies: u.Signature.Policies, Enforced: u.Signature.Enforced,
		})
	}
	return out
}

// some makes an empty list of a missing one, so that no reader meets null.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func newCounts(c *record.Counts) *Counts {
	if c == nil {
		return nil
	}
	return &Counts{c.Critical, c.High, c.Medium, c.Low, c.Negligible, c.Unknown}
}

// Write writes the images for people.
func (d *Images) Write(w io.Writer, style Style) error {
	g := &Grid{Titles: []string{"VERDICT", "IMAGE", "C", "H", "M", "SCANNED", "SIGNATURE", "PODS", "WHY"}, Fold: style.Width > 0 && !style.Wide}
	if style.Wide {
		g.Titles = append(g.Titles, "DIGEST", "NAMESPACES", "HYGIENE")
	}
	for i := range d.Images {
		m := &d.Images[i]
		row := append([]string{string(m.Verdict), m.label()}, m.Counts.cells()...)
		row = append(row, m.scanned(), string(m.Signature), strconv.Itoa(m.Pods), m.why())
		if style.Wide {
			row = append(row, m.Digest, strings.Join(m.Namespaces, " "), strings.Join(m.Hygiene, " "))
		}
		g.Add(row...)
	}
	g.Above = d.summary()
	if style.Wide {
		g.Below = signingLines(d.Signing)
	}
	g.Below = append(g.Below, d.Unseen...)
	return g.Write(w, style)
}

func (m *Image) label() string {
	name := m.Name
	if len(m.Digest) > 19 {
		name += "@" + m.Digest[:19]
	}
	if m.Exposed {
		name += " (exposed)"
	}
	return name
}

func (m *Image) why() string {
	why := append([]string{m.Reason}, m.Warnings...)
	if m.Disagreement != "" {
		why = append(why, "sources disagree: "+m.Disagreement)
	}
	return strings.Join(slices.DeleteFunc(why, func(s string) bool { return s == "" }), "; ")
}

// scanned is the day of the newest evidence.
func (m *Image) scanned() string {
	for i := range m.Evidence {
		if t := m.Evidence[i].Time; t != nil && m.Evidence[i].Verdict != image.Failed {
			return (*t)[:len("2026-11-23")]
		}
	}
	return "-"
}

// cells are the counts that have columns; a dash is that nobody told.
func (c *Counts) cells() []string {
	if c == nil {
		return []string{"-", "-", "-"}
	}
	return []string{strconv.Itoa(int(c.Critical)), strconv.Itoa(int(c.High)), strconv.Itoa(int(c.Medium))}
}

func (d *Images) summary() []string {
	var lines []string
	for i := range d.Namespaces {
		t := &d.Namespaces[i]
		if t.Images == 0 {
			continue
		}
		parts := make([]string, 0, len(t.Verdicts))
		for _, v := range ImageVerdicts() {
			if n := t.Verdicts[v]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, v))
			}
		}
		name := "all namespaces"
		if t.Namespace != "*" {
			name = Word(t.Namespace)
		}
		line := fmt.Sprintf("%s: %d%% of %d images scanned (%s)", name, 100*t.Verdicts[image.Scanned]/t.Images, t.Images, strings.Join(parts, ", "))
		if t.Exposed > 0 {
			line += fmt.Sprintf("; %d exposed and not scanned", t.Exposed)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = []string{"no image was seen running"}
	}
	return lines
}
