package remedy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/mask"
	"canopy/model/record"
)

// vault is where the credentials that stand in plain text go: Secrets to create, each for one owner, in which equal values of a
// namespace have one key. No value is in it.
type vault struct {
	c *cluster.Cluster
	// base is what was settled before, for a draft; nil for the vault itself.
	base *vault
	// owner is whose credentials a draft takes.
	owner model.Ref
	name  string
	// held finds the key of a value by namespace and print.
	held map[hoard]slot
	// names are the Secrets that are planned, and for whom.
	names map[model.Ref]bool
	// slots are the keys of the draft's own Secret, in order, used all that it refers to.
	slots []slot
	used  []slot
}

type hoard struct {
	namespace string
	print     uint64
}

// slot is a key of a Secret.
type slot struct{ secret, key string }

func newVault(c *cluster.Cluster) *vault {
	return &vault{c: c, held: map[hoard]slot{}, names: map[model.Ref]bool{}}
}

// draft gives a vault for one owner that changes nothing of this one until it is committed.
func (v *vault) draft(owner model.Ref) *vault {
	return &vault{c: v.c, base: v, owner: owner, held: map[hoard]slot{}, names: map[model.Ref]bool{}}
}

// put gives the place of a value that goes by a name.
func (v *vault) put(name string, print uint64) slot {
	at := hoard{v.owner.Namespace, print}
	s, ok := v.held[at]
	if !ok && v.base != nil {
		s, ok = v.base.held[at]
	}
	if !ok || print == 0 {
		s = slot{v.secret(), v.key(name)}
		v.slots = append(v.slots, s)
		if v.held != nil {
			v.held[at] = s
		}
	}
	if !slices.Contains(v.used, s) {
		v.used = append(v.used, s)
	}
	return s
}

// secret gives the name of the owner's Secret: one that is free.
func (v *vault) secret() string {
	if v.name != "" {
		return v.name
	}
	const end, most = "-credentials", 253
	begin := v.owner.Name
	if len(begin) > most-len(end)-4 {
		begin = strings.TrimRight(begin[:most-len(end)-4], "-.")
	}
	base := strings.TrimPrefix(begin+end, "-")
	v.name = base
	for i := 2; v.taken(v.name); i++ {
		v.name = base + "-" + strconv.Itoa(i)
	}
	return v.name
}

func (v *vault) taken(name string) bool {
	ref := model.KindByName("Secret").Ref(v.owner.Namespace, name)
	return v.c != nil && v.c.Get(ref) != nil || v.base != nil && v.base.names[ref]
}

// key makes the name of a variable the key of a Secret (IsConfigMapKey of k8s.io/apimachinery).
func (v *vault) key(name string) string {
	base := strings.Map(func(r rune) rune {
		if fileRune(r) == '_' {
			return '_'
		}
		return r
	}, name)
	if base = base[:min(len(base), 240)]; strings.Trim(base, ".") == "" {
		base = "value"
	}
	key := base
	for i := 2; slices.Contains(v.slots, slot{v.name, key}); i++ {
		key = base + "-" + strconv.Itoa(i)
	}
	return key
}

// commit settles what a draft has put.
func (v *vault) commit() {
	for at, s := range v.held {
		v.base.held[at] = s
	}
	if len(v.slots) > 0 {
		v.base.names[model.KindByName("Secret").Ref(v.owner.Namespace, v.name)] = true
	}
}

// fill makes the Secret that a patch refers to, without its values, and has the patch need it.
func (p *planner) fill(w *record.Workload, e *editor, findings []*model.Finding, d *Document) error {
	v := e.vault
	if len(v.used) == 0 {
		return nil
	}
	i := slices.IndexFunc(findings, func(f *model.Finding) bool { return f.Rule.ID == "SE01" })
	f := findings[i]
	if len(v.slots) > 0 {
		s, err := p.skeleton(v, f, w.Ref().String())
		if err != nil {
			return err
		}
		p.creates = append(p.creates, s)
	}
	v.commit()
	for _, s := range v.used {
		ref := model.KindByName("Secret").Ref(w.Namespace, s.secret)
		if slices.ContainsFunc(d.requires, func(r requirement) bool { return r.ref == ref }) {
			continue
		}
		d.require(model.Create, ref, "no pod starts that takes a variable from a Secret which is not there")
		if j := slices.IndexFunc(p.creates, func(o Document) bool { return o.Step.Ref == ref }); j >= 0 && !slices.Contains(p.creates[j].about, f.ID) {
			p.creates[j].about = append(p.creates[j].about, f.ID)
		}
	}
	return nil
}

// skeleton is a Secret in which a mask stands for each value. Nothing writes it until somebody has put the values there: see mask.Gate.
func (p *planner) skeleton(v *vault, f *model.Finding, whose string) (Document, error) {
	ref := model.KindByName("Secret").Ref(v.owner.Namespace, v.name)
	values := map[string]string{}
	for _, s := range v.slots {
		values[s.key] = mask.Text
	}
	body, err := json.Marshal(&corev1.Secret{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace}, Type: corev1.SecretTypeOpaque, StringData: values})
	if err != nil {
		return Document{}, err
	}
	d, err := created(ref, body)
	if err != nil {
		return Document{}, err
	}
	d.rules, d.about, d.Breakage = []*model.Rule{f.Rule}, []string{f.ID}, needsEvidence.String()
	d.Evidence = append([]string{
		"Canopy keeps no value: put each in place of " + mask.Text + " before this is applied, and keep the file with them out of Git. Nothing is written while the mask stands there",
		"let it be a new value: whoever could read " + whose + ", a backup of it or its Git has the old one, so that it is burnt. Change it where it was issued first, and end the old one once the new pods run",
	}, p.variants(ref, v.slots)...)
	d.Sample = p.external(ref, v.slots)
	return d, nil
}

// variants says how else the Secret can come to be.
func (p *planner) variants(ref model.Ref, slots []slot) []string {
	var list []string
	if p.external(ref, slots) != "" {
		list = append(list, "External Secrets is here: what stands below may take the place of this document, with your store")
	}
	if serves(p.c, model.GroupSealedSecrets, "SealedSecret") {
		list = append(list, "Sealed Secrets is here: with the values in the file, kubeseal --format yaml < FILE > sealed.yaml makes of it what may stand in Git; apply that in its place")
	}
	return append(list, "a file is safer than a variable, where the program can read one: mount the Secret as a volume (volumes[].secret.secretName: "+ref.Name+", volumeMounts[].mountPath); canopy fix --rule SE02 makes that change once the variables are there")
}

// external is the ExternalSecret that could make the Secret; "" where nothing serves it.
func (p *planner) external(ref model.Ref, slots []slot) string {
	if !serves(p.c, model.GroupExternalSecrets, "ExternalSecret") {
		return ""
	}
	var doc strings.Builder
	doc.WriteString("apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: " + ref.Name + "\n  namespace: " + ref.Namespace +
		"\nspec:\n  refreshInterval: 1h\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: YOUR-STORE\n  target:\n    name: " + ref.Name + "\n  data:\n")
	for _, s := range slots {
		doc.WriteString("  - secretKey: " + s.key + "\n    remoteRef:\n      key: PATH-IN-THE-STORE\n      property: " + s.key + "\n")
	}
	return doc.String()
}
