package secret

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"canopy/model"
	"canopy/model/pieces"
	"canopy/model/record"
)

// dice makes random objects of a small cluster, so that objects meet often.
type dice struct {
	*rand.Rand
	t testing.TB
}

func (w dice) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w dice) name() string { return w.pick("a", "b", "c", "db") }

func (w dice) day() string {
	return w.pick("2024-01-01", "2025-11-20", "2025-11-28", "2026-01-01", "2026-11-20")
}

func (w dice) stamps() string {
	return w.pick("", "made: '"+w.day()+"', ", "made: '2024-01-01', wrote: '"+w.day()+"', ")
}

func (w dice) end() string {
	return w.pick("2026-11-01", "2026-11-30", "2026-12-20", "2026-12-27", "2027-05-01") + "T00:00:00Z"
}

func (w dice) spec() string {
	uses := w.pick("", "env: [{name: A, value: "+w.pick("plain", "plain-copy", "--x=another-copy", "canary-1", "canary-2", w.name(), "--secret=shop/"+w.name(), "back/"+w.name())+"}]", "env: [{name: A, valueFrom: {secretKeyRef: {name: "+w.name()+", key: k"+w.pick("", ", optional: true")+"}}}]", "envFrom: [{secretRef: {name: "+w.name()+"}}]")
	volumes := w.pick("", "", ", volumes: [{name: v, secret: {secretName: "+w.name()+"}}]", ", volumes: [{name: v, csi: {driver: secrets-store.csi.k8s.io}}]")
	return "{containers: [{name: c, command: [" + w.pick("web", "kube-apiserver", "kube-apiserver, --encryption-provider-config=x") + "], " + uses + "}]" + volumes + w.pick("", "", ", imagePullSecrets: [{name: "+w.name()+"}]") + "}"
}

func (w dice) manifest() string {
	in := "namespace: " + w.pick("shop", "shop", "back", "kube-system")
	owned := func(api, kind, name, uid string) string {
		return ", ownerReferences: [{apiVersion: " + api + ", kind: " + kind + ", name: " + name + ", uid: " + uid + ", controller: true}]"
	}
	meta := "metadata: {name: " + w.name() + ", " + in
	switch w.IntN(20) {
	case 0, 1, 2, 3:
		owner := w.pick("", owned("apps/v1", "ReplicaSet", "rs", w.pick("u1", "u2")), owned("apps/v1", "ReplicaSet", "rs2", "u1"), owned("apps.kruise.io/v1alpha1", "CloneSet", "cs", "u"))
		return "kind: Pod\nmetadata: {name: p" + w.pick("1", "2", "3") + ", " + in + w.pick("", ", annotations: {kubernetes.io/config.mirror: x}", ", annotations: {note: canary-1}") + owner + "}\nspec: " + w.spec() + "\nstatus: {phase: " + w.pick("Running", "Running", "Running", "Pending", "Succeeded") + "}"
	case 4:
		return "kind: ReplicaSet\nmetadata: {name: " + w.pick("rs", "rs2") + ", " + in + ", uid: " + w.pick("u1", "u2") + w.pick("", owned("apps/v1", "Deployment", "d", w.pick("v1", "v2"))) + "}\nspec: {replicas: " + w.pick("0", "1") + ", template: {spec: " + w.spec() + "}}"
	case 5:
		if w.IntN(3) == 0 {
			return "kind: Job\nmetadata: {name: j, " + in + "}\nspec: {template: {spec: " + w.spec() + "}}\nstatus: {conditions: [{type: " + w.pick("Complete", "Failed", "Suspended") + ", status: 'True'}]}"
		}
		return "kind: Deployment\nmetadata: {name: d, " + in + ", uid: " + w.pick("v1", "v2") + "}\nspec: {replicas: " + w.pick("0", "1") + ", template: {spec: " + w.spec() + "}}"
	case 6, 7, 8, 9:
		return "kind: Secret\n" + meta + ", resourceVersion: '" + w.pick("1", "2") + "', annotations: {" + w.stamps() + w.pick("", "note: canary-1, ", "kubectl.kubernetes.io/last-applied-configuration: x, ") + w.pick("", "kubernetes.io/service-account.name: sa") + "}, labels: {" +
			w.pick("", "", "controller.cert-manager.io/fao: 'true'", "argocd.argoproj.io/secret-type: cluster", "kubernetes.io/legacy-token-last-used: '"+w.day()+"'", "kubernetes.io/legacy-token-invalid-since: '2026-01-01'") + "}}\ntype: " + w.pick("Opaque", "Opaque", "kubernetes.io/tls", "kubernetes.io/service-account-token", "helm.sh/release.v1")
	case 10:
		return "kind: ConfigMap\n" + meta + "}\ndata: {a: " + w.pick("x", "canary-1", "canary-2") + "}"
	case 11:
		return "kind: ServiceAccount\n" + meta + "}\nsecrets: [{name: " + w.name() + "}]\nimagePullSecrets: [{name: " + w.name() + "}]"
	case 12:
		return "kind: Ingress\n" + meta + ", annotations: {nginx.ingress.kubernetes.io/auth-secret: shop/" + w.name() + w.pick("", ", note: canary-1") + "}}\nspec: {tls: [{secretName: " + w.name() + "}]}"
	case 13, 14:
		return "kind: Certificate\n" + meta + "}\nspec: {secretName: " + w.name() + "}\nstatus: {notAfter: '" + w.end() + "'" + w.pick("", ", renewalTime: '"+w.end()+"'") + "}"
	case 15:
		return w.pick("kind: ExternalSecret\n"+meta+"}\nspec: {target: {name: "+w.name()+"}}", "kind: SealedSecret\n"+meta+"}\nspec: {}")
	case 16:
		return "kind: PersistentVolume\nmetadata: {name: v}\nspec: {csi: {driver: d, volumeHandle: h, nodeStageSecretRef: {name: " + w.name() + ", namespace: shop}}}"
	case 17:
		return "kind: Role\n" + meta + "}\nrules: [{apiGroups: [''], resources: [secrets], resourceNames: [" + w.name() + "], verbs: [get]}]"
	case 18:
		return "kind: CloneSet\nmetadata: {name: cs, " + in + w.pick("", ", annotations: {a: canary-1}") + "}\nspec: {}"
	}
	if w.IntN(2) == 0 {
		return "apiVersion: cert-manager.io/v1\nkind: Issuer\n" + meta + "}\nspec: {acme: {privateKeySecretRef: {name: " + w.name() + "}}}"
	}
	return "kind: Gateway\n" + meta + "}\nspec: {listeners: [{tls: {certificateRefs: [{name: " + w.name() + ", namespace: back}]}}]}"
}

// step makes one random change: of an object, of what was seen, of what was read, or of the time.
func (w dice) step(b *court) {
	switch w.IntN(26) {
	case 0, 1, 2, 3, 4, 5, 6:
		kinds := b.c.Kinds()
		if len(kinds) == 0 {
			return
		}
		if list := b.c.Sorted(kinds[w.IntN(len(kinds))]); len(list) > 0 {
			b.take(model.Drop(list[w.IntN(len(list))].Ref()))
		}
	case 7:
		states := []model.CoverState{model.Complete, model.Complete, model.Denied, model.Loading, model.Partial}
		gk := model.KindByName(w.pick("Pod", "Secret", "Ingress", "ServiceAccount", "ExternalSecret")).GroupKind()
		b.cover(model.Coverage{Kind: gk, State: states[w.IntN(len(states))], Reason: w.pick("", "not permitted")})
	case 8, 9:
		f := &record.SecretFacts{Meta: record.OwnMeta("SecretFacts", "shop", w.name()), Version: w.pick("1", "2"), Read: today().at.Unix() - int64(w.IntN(400))*24*3600, Prints: []uint64{printOf("canary-1"), printOf(w.pick("plain-copy", "another-copy"))}}
		if w.IntN(2) == 0 {
			f.WeakKeys = []string{"RSA 1024"}
		}
		if w.IntN(2) == 0 {
			f.Certificates = []record.Certificate{{Key: w.pick("tls.crt", "ca.crt"), CA: w.IntN(2) == 0, Until: today().at.Unix() + int64(w.IntN(80)-20)*24*3600}}
		}
		b.take(model.Put(f))
	case 10:
		if w.IntN(3) == 0 {
			object := model.Ref{Kind: "ConfigMap", Version: "v1", Namespace: "shop", Name: w.name()}
			b.take(model.Put(record.MakeSweep(object, []model.Exposure{{Rule: pieces.Rule, Path: "data.a", Length: 10, Print: printOf(w.pick("plain-copy", "another-copy"))}})))
			return
		}
		object := model.Ref{Group: "a.io", Version: "v1", Kind: "App", Namespace: "shop", Name: w.name()}
		if w.IntN(3) == 0 {
			object = model.Ref{Kind: "ConfigMap", Version: "v1", Namespace: "shop", Name: w.name()}
		}
		b.take(model.Put(record.MakeSweep(object, inspector{}.Inspect("spec.a", "a", w.pick("canary-1", "canary-2")))))
	case 11:
		b.clock.at = b.clock.at.Add(time.Duration(w.IntN(40)) * time.Hour)
		for next := b.a.Next(); !next.IsZero() && !next.After(b.clock.at); next = b.a.Next() {
			b.a.Tick()
		}
	default:
		for _, r := range read(w.t, w.manifest()) {
			b.take(model.Put(r))
		}
	}
}

// TestIncrementalEqualsBatch compares, after each of many random changes, with an analyser that reads the cluster at once.
func TestIncrementalEqualsBatch(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(8) {
		w := dice{rand.New(rand.NewPCG(seed, 7)), t}
		b := newCourt(t)
		told, version, steady := b.inventory(), b.a.Version(), 0
		for step := range 300 {
			for range 1 + w.IntN(2) {
				w.step(b)
			}
			b.flush()
			if got, want := b.text(), b.anew().text(); got != want {
				t.Fatalf("seed %d, step %d: (-at once, +step by step)\n%s", seed, step, cmp.Diff(want, got))
			}
			if now := b.inventory(); now == told && b.a.Version() == version {
				steady++
			} else if now != told && b.a.Version() == version {
				t.Fatalf("seed %d, step %d: the inventory has changed, its version has not:\n%s", seed, step, cmp.Diff(told, now))
			} else {
				told, version = now, b.a.Version()
			}
			if b.a.Len() != len(b.out.findings) {
				t.Fatalf("seed %d, step %d: %d findings stand, %d are published", seed, step, b.a.Len(), len(b.out.findings))
			}
			for _, f := range b.out.findings {
				found[f.Rule.ID]++
			}
		}
		if steady < 15 {
			t.Errorf("seed %d: in %d steps only the version has stayed", seed, steady)
		}
		for _, gk := range b.c.Kinds() {
			for _, r := range b.c.Sorted(gk) {
				b.take(model.Drop(r.Ref()))
			}
		}
		b.flush()
		if a := b.a; len(b.out.findings)+len(a.items)+len(a.echoes)+len(a.copies.wanted)+len(a.copies.read)+len(a.titled)+len(a.mentioning)+len(a.namers)+len(a.sheets)+len(a.members)+len(a.owns)+len(a.exposing)+len(a.sweeps)+len(a.bundles)+len(a.serving)+len(a.stood)+a.alarms.Len()+len(a.copies.from)+len(a.copies.at)+len(a.copies.touched)+a.stores+a.users > 0 {
			t.Fatalf("seed %d: left: %v %+v", seed, b.short(), a)
		}
	}
	for _, id := range []string{"SE01", "SE03", "SE04", "SE05", "SE06", "SE07", "SE08"} {
		if found[id] == 0 {
			t.Errorf("%s was never found", id)
		}
	}
}
