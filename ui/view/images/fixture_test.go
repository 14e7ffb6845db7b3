package images

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/image"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

func hex(c string) string { return "sha256:" + strings.Repeat(c, 64) }

func deployment(namespace, name string) model.Ref {
	return model.KindByName("Deployment").Ref(namespace, name)
}

func report(name string) model.Ref {
	return model.Ref{Group: "aquasecurity.github.io", Version: "v1alpha1", Kind: "VulnerabilityReport", Namespace: "shop", Name: name}
}

var at = viewtest.Now.Unix()

// fixture is what runs in the tests, and which owners can be reached from outside: an image of each verdict.
func fixture() ([]image.Image, map[model.Ref]bool) {
	demanded := signature.Answer{Verdict: signature.Unproven, Reason: "the policy only audits", Policies: []model.Ref{{Group: "kyverno.io", Version: "v1", Kind: "ClusterPolicy", Name: "signed"}}}
	free := signature.Answer{Verdict: signature.NotRequired, Reason: "no policy demands a signature here"}
	counts := &record.Counts{Critical: 1, High: 3, Medium: 12, Low: 40}
	use := func(owner model.Ref, container, reference string, pods int, a signature.Answer) image.Use {
		return image.Use{Owner: owner, Container: container, Type: image.Container, Reference: reference, Pods: pods, Nodes: []string{"n1", "n2"}, Signature: a}
	}
	web, api, postgres, job := deployment("shop", "web"), deployment("shop", "api"), deployment("db", "postgres"), deployment("data", "job")
	list := []image.Image{
		{
			Digest: hex("a"), Of: record.OfIndex, Name: "docker.io/library/nginx:1.29", Registry: "docker.io", Repository: "library/nginx",
			References: []string{"nginx:1.29"}, Aliases: []string{"docker.io/library/nginx@" + hex("a")}, Containers: 3, Pods: 5, Namespaces: []string{"data", "shop"},
			Uses: []image.Use{use(job, "proxy", "nginx:1.29", 2, free), use(web, "web", "nginx:1.29", 3, demanded)}, Exposed: true, Verdict: image.NoEvidence,
			Reason: "no report names this digest, its tag or its container", Signature: demanded, Hygiene: []string{"IM02"},
		},
		{
			Digest: hex("b"), Of: record.OfManifest, Name: "registry.example/shop/api:2.0", Registry: "registry.example", Repository: "shop/api",
			References: []string{"registry.example/shop/api:2.0"}, Containers: 2, Pods: 2, Namespaces: []string{"shop"},
			Uses: []image.Use{use(api, "api", "registry.example/shop/api:2.0", 2, demanded)}, Verdict: image.Scanned, Reason: "scanned 2 hours ago", Counts: counts, Signature: demanded,
			Evidence: []image.Evidence{
				{Scan: report("api"), Source: record.SourceTrivyOperator, Scanner: "Trivy", Version: "0.70.0", Scanned: at - 7200, Database: at - 86400, Match: image.ByManifest, Counts: counts, Verdict: image.Scanned, Listed: true, OS: "debian 13.1"},
				{Scan: model.OwnKind("ImageScan").Ref("", "grype-api"), Source: record.SourceGrype, Scanned: at - 9000, Match: image.ByReference, Digest: hex("f"), Verdict: image.OtherDigest, Reason: "another digest under the same tag", Origin: "reports/api.json"},
			},
			Disagreement: "grype has seen another image under this tag", Size: 61_000_000, Built: at - 30*86400, Warnings: nil,
		},
		{
			Digest: hex("c"), Name: "docker.io/library/postgres:18", Registry: "docker.io", Repository: "library/postgres", References: []string{"postgres:18"}, Containers: 1, Pods: 1,
			Namespaces: []string{"db"}, Uses: []image.Use{use(postgres, "postgres", "postgres:18", 1, free)}, Verdict: image.Stale, Reason: "the scan is 3 days old, and may be 1 day old", Signature: free,
			Evidence: []image.Evidence{{Scan: report("postgres"), Source: record.SourceTrivyOperator, Scanned: at - 3*86400, Match: image.ByIndex, Counts: &record.Counts{}, Verdict: image.Stale, Reason: "3 days old", Listed: true}}, Counts: &record.Counts{},
		},
		{
			Digest: hex("d"), Of: record.OfConfig, Name: "registry.example/data/backup:2", Registry: "registry.example", Repository: "data/backup", References: []string{"registry.example/data/backup:2"}, Containers: 1, Pods: 1,
			Namespaces: []string{"data"}, Uses: []image.Use{use(deployment("data", "backup"), "backup", "registry.example/data/backup:2", 1, free)}, Verdict: image.Failed, Reason: "the scan has failed: image too large", Signature: free,
		},
		{
			Name: "docker.io/library/busybox:latest", Registry: "docker.io", Repository: "library/busybox", References: []string{"busybox"}, Containers: 1, Namespaces: []string{"data"},
			Uses: []image.Use{use(deployment("data", "shell"), "shell", "busybox", 0, free)}, Verdict: image.OtherDigest, Reason: "what was scanned for this container was another image", Signature: signature.Answer{Verdict: signature.Unknown, Reason: "a policy could not be read"},
		},
	}
	return list, map[model.Ref]bool{web: true}
}

// play is a screen with a session, and what it asked the program for.
type play struct {
	view.Screen
	t       testing.TB
	session *viewtest.Session
	shared  *view.Shared
	keeper  *Keeper
	images  []image.Image
	exposed map[model.Ref]bool
	// reads counts the questions, listed the answers that were lists.
	reads, listed int
	state         state
	err           error
	asked         []tea.Msg
}

func newPlay(t testing.TB) *play {
	t.Helper()
	p := &play{t: t, session: viewtest.New(t), keeper: &Keeper{}}
	p.session.Complete()
	p.shared = p.session.Shared()
	p.shared.Glow = false
	p.images, p.exposed = fixture()
	return p
}

func (p *play) read(_ context.Context, was *state) (*reading, error) {
	p.reads++
	if p.err != nil || was != nil && *was == p.state {
		return nil, p.err
	}
	p.listed++
	return &reading{state: p.state, images: p.images, exposed: p.exposed}, nil
}

// main shows the list, image what is known of one.
func (p *play) main(width, height int) *play {
	p.Screen = newScreen(p.shared, p.keeper, p.read)
	return p.begin(width, height)
}

func (p *play) image(id string, width, height int) *play {
	p.Screen = open(p.shared, p.keeper, p.read, view.Place{Screen: view.Image, Query: id})
	return p.begin(width, height)
}

func (p *play) begin(width, height int) *play {
	p.t.Helper()
	p.Resize(width, height)
	p.run(p.Show(p.session.Snapshot()))
	return p
}

func (p *play) run(cmd tea.Cmd) { p.asked = append(p.asked, viewtest.Run(cmd)...) }

func (p *play) press(actions ...keys.Action) {
	p.t.Helper()
	for _, a := range actions {
		if o := p.Can(a); !o.OK() {
			p.t.Fatalf("%s: %+v", a, o)
		}
		p.run(p.Do(a))
	}
}

// choose takes an item of the choice that was asked for, by the beginning of its text.
func (p *play) choose(text string) view.Pick {
	p.t.Helper()
	pick, ok := p.newest().(view.Pick)
	if !ok {
		p.t.Fatalf("asked for %+v", p.asked)
	}
	for i, item := range pick.Items {
		if strings.HasPrefix(item.Text, text) {
			p.run(pick.Done([]int{i}))
			return pick
		}
	}
	p.t.Fatalf("no %q among %+v", text, pick.Items)
	return pick
}

func (p *play) newest() tea.Msg {
	p.t.Helper()
	if len(p.asked) == 0 {
		p.t.Fatal("nothing was asked for")
	}
	return p.asked[len(p.asked)-1]
}

func (p *play) text() string { return viewtest.Text(p) }

func (p *play) has(want ...string) { p.t.Helper(); viewtest.Has(p.t, p, want...) }

// rows gives the rows as they would be copied, cells apart by bars.
func (p *play) rows() []string { return viewtest.Rows(p.Screen) }

// golden holds a screen at all sizes.
func (p *play) golden(name string) {
	p.t.Helper()
	viewtest.Sizes(p.t, p, name, func() { p.run(p.Show(p.session.Snapshot())) })
}
