package stock

import (
	"encoding/json"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

// State is what became of a stock object in a cluster.
type State uint8

// States of an object.
const (
	// NotStock: no version up to the table's has such an object.
	NotStock State = iota
	// Unchanged: it grants what the stock object grants, no more and no less.
	Unchanged
	// Earlier: an earlier version, or an upgrade from one, explains what differs.
	Earlier
	// Changed: somebody changed it.
	Changed
)

// String is the state as outputs write it.
func (s State) String() string {
	return [...]string{NotStock: "not stock", Unchanged: "unchanged", Earlier: "earlier", Changed: "changed"}[s]
}

// Difference says what an object of a cluster has that no stock version up to the table's had, and what the table's has
// that it lacks. An object may lack something and be Earlier: then Removed is what the table's version brought. Where the
// object left stock before the table's version, it is compared with the last version that had it.
type Difference struct {
	// Added and Removed are in as few rules as joining the lists of rules that differ in one list only makes.
	Added, Removed                 []rbacv1.PolicyRule
	AddedSubjects, RemovedSubjects []rbacv1.Subject
	// RoleRef is the role that a binding points to, where it is not the stock one.
	RoleRef *rbacv1.RoleRef
	// Aggregation tells that the selectors of the aggregation rule differ, or that there is one where stock has none.
	Aggregation bool
	// Labels tells that labels by which aggregation picks the role differ.
	Labels bool
}

// aggregateTo begins the labels by which the stock aggregation rules pick roles.
const aggregateTo = "rbac.authorization.k8s.io/aggregate-to-"

// JudgeRole judges a Role or ClusterRole. The order of rules and of what they list does not count, nor do doubles. Rules
// that an aggregation rule filled in do not count either, since any role may feed it: where the stock role is an
// aggregated one, its aggregation rule and its labels are judged alone.
func (t *Table) JudgeRole(ref model.Ref, rules []rbacv1.PolicyRule, aggregation *rbacv1.AggregationRule, labels map[string]string) (State, Difference) {
	e := t.file.find(ref)
	if e == nil || ref.Kind != "ClusterRole" && ref.Kind != "Role" {
		return NotStock, Difference{}
	}
	marks := marksOf(labels)
	var selectors []string
	if aggregation != nil {
		selectors = wordsOf(aggregation.ClusterRoleSelectors)
	}
	return t.judge(e, func(stock, known content) (d Difference, exact bool) {
		stockSelectors := wordsOf(stock.selectors)
		exact = within(selectors, stockSelectors) && within(marks, stock.labels)
		if len(stockSelectors) == 0 {
			d.Added, d.Removed = uncovered(known.rules, rules), uncovered(rules, stock.rules)
			exact = exact && len(d.Added) == 0 && len(uncovered(stock.rules, rules)) == 0
		}
		d.Aggregation = differ(selectors, stockSelectors, wordsOf(known.selectors))
		d.Labels = differ(marks, stock.labels, known.labels)
		return d, exact
	})
}

// JudgeBinding judges a RoleBinding or ClusterRoleBinding. The order of subjects and doubles do not count.
func (t *Table) JudgeBinding(ref model.Ref, roleRef rbacv1.RoleRef, subjects []rbacv1.Subject) (State, Difference) {
	e := t.file.find(ref)
	if e == nil || ref.Kind != "ClusterRoleBinding" && ref.Kind != "RoleBinding" {
		return NotStock, Difference{}
	}
	if roleRef.APIGroup == "" {
		roleRef.APIGroup = rbacv1.GroupName
	}
	return t.judge(e, func(stock, known content) (d Difference, exact bool) {
		d.AddedSubjects, d.RemovedSubjects = otherSubjects(subjects, known.subjects), otherSubjects(stock.subjects, subjects)
		exact = len(otherSubjects(subjects, stock.subjects)) == 0
		if roleRef != stock.roles[0] {
			d.RoleRef, exact = &roleRef, false
		}
		return d, exact
	})
}

// judge compares an object with the versions of a stock one, newest first. compare gives what differs from one version,
// given all that is known up to the table's, and whether the object has nothing that this one version lacks.
func (t *Table) judge(e *entry, compare func(stock, known content) (d Difference, exact bool)) (State, Difference) {
	versions := t.versions(e)
	if len(versions) == 0 {
		return NotStock, Difference{}
	}
	known := e.content(until(t.of.minor))
	var newest Difference
	for i, minor := range versions {
		d, exact := compare(e.content(only(minor)), known)
		if i == 0 {
			newest = d
		}
		if d.none() {
			if exact && minor == t.of.minor {
				return Unchanged, newest
			}
			return Earlier, newest
		}
		if len(d.Added)+len(d.AddedSubjects) > 0 {
			break // what no version has, no other version explains
		}
	}
	return Changed, newest
}

// none tells whether nothing differs.
func (d *Difference) none() bool {
	return len(d.Added)+len(d.Removed)+len(d.AddedSubjects)+len(d.RemovedSubjects) == 0 && d.RoleRef == nil && !d.Aggregation && !d.Labels
}

// differ tells whether there are words that no version knows, or whether some of the stock version's are missing.
func differ(own, stock, known []string) bool { return !within(own, known) || !within(stock, own) }

func within(words, of []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(of, w) })
}

// wordsOf makes selectors comparable.
func wordsOf(selectors []metav1.LabelSelector) []string {
	var words []string
	for i := range selectors {
		word, err := json.Marshal(&selectors[i])
		if err != nil {
			panic(err) // strings, and lists and maps of strings, can always be written
		}
		words = append(words, string(word))
	}
	return words
}

// marksOf gives the labels of aggregation, in the form of the table.
func marksOf(labels map[string]string) []string {
	var marks []string
	for k, v := range labels {
		if strings.HasPrefix(k, aggregateTo) {
			marks = append(marks, k+"="+v)
		}
	}
	return marks
}
