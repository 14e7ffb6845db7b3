package image

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// seen is one container as the search below finds it.
type seen struct {
	digest, pin, tagged, name, container string
	running, bare                        bool
	// platform is that of the node.
	platform, node, namespace string
	under                     []model.Ref
}

// compareWithSearch holds the verdicts against those of a search that asks everything of everything anew, and keeps nothing.
func compareWithSearch(t *testing.T, when string, b *court, images []Image) {
	t.Helper()
	want := map[string]Verdict{}
	all := lookAround(b.c)
	for _, s := range all {
		if s.digest != "" {
			want[s.digest] = search(b, all, s.digest)
		}
	}
	for _, i := range images {
		if i.Digest != "" && want[i.Digest] != i.Verdict {
			t.Fatalf("%s: %s is %s (%s), want %s", when, i.Digest, i.Verdict, i.Reason, want[i.Digest])
		}
		if i.Digest != "" {
			delete(want, i.Digest)
		}
	}
	if len(want) > 0 {
		t.Fatalf("%s: not listed: %v", when, want)
	}
}

func lookAround(c *cluster.Cluster) (all []seen) {
	for rec := range c.All(ref("Pod", "", "").GroupKind()) {
		p := rec.(*record.Pod)
		if p.Finished() && c.TopOwner(p).Kind != "CronJob" {
			continue
		}
		var under []model.Ref
		for up := c.Controller(p); !up.IsZero(); up = c.Controller(c.Get(up)) {
			under = append(under, up)
		}
		if under == nil {
			under = []model.Ref{p.Ref()}
		}
		platform := ""
		if n, ok := c.Get(ref("Node", "", p.Node())).(*record.Typed[*corev1.Node]); ok && n.Object.Status.NodeInfo.Architecture != "" {
			platform = "linux/" + n.Object.Status.NodeInfo.Architecture
		}
		add := func(kind record.ContainerType, volume bool, name, image string) {
			r, _ := reference.Parse(image)
			s := seen{pin: r.Digest, name: r.Name(), container: name, under: under, platform: platform, node: p.Node(), namespace: p.Namespace}
			if r.Digest == "" && r.Repository != "" {
				s.tagged = r.Tagged()
			}
			for _, st := range p.Containers {
				if st.Name == name && st.Type == kind && !volume {
					var repository string
					repository, s.digest, _ = reference.ParseID(st.ImageID)
					s.bare = s.digest != "" && repository == ""
					s.running = st.State == record.Running && p.Changed != 0 && (p.Changed <= p.Created || st.Started > p.Changed)
				}
			}
			for _, v := range p.Volumes {
				if volume && v.Name == name {
					var repository string
					repository, s.digest, _ = reference.ParseID(v.ImageID)
					s.bare, s.running = s.digest != "" && repository == "", true
				}
			}
			if s.digest == "" {
				s.digest = r.Digest
			}
			all = append(all, s)
		}
		spec := p.Spec()
		each := func(kind record.ContainerType, list []corev1.Container) {
			for _, ctr := range list {
				add(kind, false, ctr.Name, ctr.Image)
			}
		}
		each(record.Init, spec.InitContainers)
		each(record.Ordinary, spec.Containers)
		for _, e := range spec.EphemeralContainers {
			add(record.Ephemeral, false, e.Name, e.Image)
		}
		for _, v := range spec.Volumes {
			if v.Image != nil {
				add(0, true, v.Name, v.Image.Reference)
			}
		}
	}
	return all
}

// search finds the verdict: on each platform that runs it the best that anything gives, and of these the worst.
func search(b *court, all []seen, digest string) Verdict {
	var on []string
	blind := false
	for _, s := range all {
		if s.digest == digest {
			on, blind = append(on, s.platform), blind || s.platform == ""
		}
	}
	slices.Sort(on)
	on = slices.DeleteFunc(slices.Compact(on), func(p string) bool { return p == "" })
	if len(on) == 0 {
		return searchOn(b, all, digest, nil, "")
	}
	worst := Scanned
	for _, p := range on {
		only := p
		if len(on) == 1 && blind {
			only = ""
		}
		if v := searchOn(b, all, digest, on, only); order(v) > order(worst) {
			worst = v
		}
	}
	return worst
}

// searchOn finds the best verdict that anything gives on a platform; "" is any.
func searchOn(b *court, all []seen, digest string, on []string, platform string) Verdict {
	same := []string{digest}
	for rec := range b.c.All(ref("Node", "", "").GroupKind()) {
		n := rec.(*record.Typed[*corev1.Node]).Object
		if !slices.ContainsFunc(all, func(s seen) bool { return s.digest == digest && s.node == rec.Ref().Name }) {
			continue
		}
		for _, line := range n.Status.Images {
			if strings.Contains(strings.Join(line.Names, " "), "@"+digest) {
				for _, n := range line.Names {
					repository, d, _ := reference.ParseID(n)
					if d != "" && slices.ContainsFunc(all, func(s seen) bool { return s.digest == digest && s.name != "" && s.name == repository }) {
						same = append(same, d)
					}
				}
			}
		}
	}
	for _, s := range all {
		if s.digest == digest && s.running && s.pin != "" {
			same = append(same, s.pin)
		}
	}
	best := NoEvidence
	better := func(v Verdict) {
		if order(v) < order(best) {
			best = v
		}
	}
	at := b.clock.Now().Unix()
	young := func(scan *record.Scan) bool {
		made := scan.Scanned
		if made == 0 {
			made = scan.Created
		}
		return made != 0 && made <= at+600 && at < made+24*3600 && (scan.Expires == 0 || at < scan.Expires)
	}
	// Of sources with reports in namespaces that run it, true is that one of these is young.
	local := map[string]bool{}
	abroad := func(scan *record.Scan) bool {
		return scan.Namespace != "" && scan.Source != record.SourceKubescape && !slices.ContainsFunc(all, func(s seen) bool { return s.digest == digest && s.namespace == scan.Namespace })
	}
	blind := slices.ContainsFunc(all, func(s seen) bool { return s.digest == digest && s.platform == "" })
	for pass := range 2 {
		for _, gk := range b.c.Kinds() {
			for rec := range b.c.All(gk) {
				scan, ok := rec.(*record.Scan)
				if !ok {
					continue
				}
				var names []string
				for _, d := range scan.Digests {
					names = append(names, d.Digest)
				}
				r, _ := reference.Parse(scan.Image)
				if r.Digest != "" {
					names = append(names, r.Digest)
				}
				proven := slices.ContainsFunc(names, func(d string) bool { return slices.Contains(same, d) })
				near := slices.ContainsFunc(all, func(s seen) bool {
					filed := slices.Contains(s.under, scan.Workload) && (scan.Container == s.container || scan.Container == "" && (r.Name() == "" || r.Name() == s.name))
					return s.digest == digest && (filed || s.tagged != "" && r.Digest == "" && r.Repository != "" && r.Tagged() == s.tagged)
				})
				whole := slices.ContainsFunc(scan.Digests, func(d record.ScanDigest) bool {
					return d.Digest == digest && (d.Of == record.OfManifest || d.Of == record.OfConfig)
				}) || slices.ContainsFunc(all, func(s seen) bool { return s.digest == digest && s.bare }) && slices.Contains(names, digest)
				if pass == 0 {
					elsewhere := len(on) > 0 && !blind && scan.Platform != "" && !slices.Contains(on, scan.Platform) && !whole
					if proven && !elsewhere && scan.Failed == "" && !scan.Filtered && !abroad(scan) {
						local[scan.Source] = local[scan.Source] || young(scan)
					}
					continue
				}
				if platform != "" && scan.Platform != "" && scan.Platform != platform && !whole && (proven || scan.Failed != "") {
					continue
				}
				locally, told := local[scan.Source]
				switch {
				case !proven && !near:
				case scan.Failed != "":
					better(Failed)
				case proven && scan.Filtered:
				case proven && young(scan) && (!abroad(scan) || locally || !told):
					better(Scanned)
				case proven:
					better(Stale)
				case len(names) > 0:
					better(OtherDigest)
				}
			}
		}
	}
	for rec := range b.c.All(ref("Job", "", "").GroupKind()) {
		job := rec.(*record.Workload)
		workload := ref("ReplicaSet", job.Labels.Get("trivy-operator.resource.namespace"), job.Labels.Get("trivy-operator.resource.name"))
		container := job.Labels.Get("trivy-operator.container.name")
		for _, s := range all {
			if s.digest != digest || !job.Failed || !slices.Contains(s.under, workload) || container != "" && container != s.container {
				continue
			}
			stored := false
			for scan := range b.c.All(scanKinds[0]) {
				if o := scan.(*record.Scan); o.Workload == workload && o.Container == s.container && max(o.Scanned, o.Created) >= job.Created && o.Source == record.SourceTrivyOperator {
					stored = o.Scanned >= job.Created || o.Scanned == 0 || stored
				}
			}
			if !stored {
				better(Failed)
			}
		}
	}
	return best
}
