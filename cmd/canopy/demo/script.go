package demo

import (
	"time"

	"canopy/model"
)

// Step is one moment of a script.
type Step struct {
	// At is the time since the loop began.
	At time.Duration
	// What says in words what happens.
	What string
	// about names what it changes.
	about []model.Ref
	play  func(*stage)
}

// Script is what plays in the demo, over and over.
type Script struct {
	// Length is how long a loop takes.
	Length time.Duration
	// Steps are in the order of their times.
	Steps []Step
}

// opening is how long a visitor sees the cluster at rest.
const opening = 5 * time.Second

// Story is the script of the demo. Every loop ends as it began.
func Story() Script {
	const s = time.Second
	one := func(kind, namespace, name string) model.Ref { return model.KindByName(kind).Ref(namespace, name) }
	web, ci := []model.Ref{one("Deployment", "shop", "web")}, []model.Ref{one("RoleBinding", "shop", "ci")}
	deny, n6 := []model.Ref{one("NetworkPolicy", "payments", "deny")}, []model.Ref{one("Node", "", rebooted)}
	grafana, secret := []model.Ref{one("Deployment", "monitoring", "grafana")}, []model.Ref{one("Secret", "legacy", "intranet-db")}
	operator := []model.Ref{one("ClusterRoleBinding", "", "operator-cluster-admin"), one("ClusterRoleBinding", "", "operator"), one("ClusterRole", "", "operator")}
	// Pods that debug, and pods of a node that reboots, go on whosever they are.
	return Script{Length: 240 * s, Steps: []Step{
		{opening, "shop/web is rolled out to 1.5, which no scanner has seen", web, (*stage).upgrade},
		{9 * s, "the first new pod is ready, the first old one leaves", web, (*stage).advance},
		{13 * s, "the second new pod is ready, the second old one leaves", web, (*stage).advance},
		{17 * s, "the third new pod is ready, the last old one leaves", web, (*stage).advance},
		{21 * s, "shop/web is rolled out", web, (*stage).advance},

		{36 * s, "RoleBinding shop/ci makes ci/runner an editor of shop", ci, (*stage).bindRunner},
		{54 * s, "NetworkPolicy payments/deny is deleted", deny, (*stage).openPayments},
		{72 * s, "somebody starts a debug pod in kube-system", nil, (*stage).debug},
		{75 * s, "the debug pod runs", nil, (*stage).debugRuns},
		{90 * s, "n6 reboots: it is not ready", nil, (*stage).fail},
		{103 * s, "n6 is ready again, with the kernel of its pool", nil, (*stage).boot},

		{116 * s, "RoleBinding shop/ci is deleted", ci, (*stage).unbindRunner},
		{124 * s, "NetworkPolicy payments/deny is back", deny, (*stage).closePayments},
		{132 * s, "the debug pod is deleted", nil, (*stage).debugLeaves},
		{134 * s, "the debug pod is gone", nil, (*stage).debugGone},

		{146 * s, "a scan report of grafana arrives", grafana, (*stage).scan},
		{162 * s, "the operator is cluster-admin no more: it gets what it needs", operator, (*stage).narrowOperator},
		{178 * s, "Secret legacy/intranet-db is rotated", secret, (*stage).rotate},

		{192 * s, "shop/web is rolled back to 1.4", web, (*stage).downgrade},
		{196 * s, "the first pod of 1.4 is ready", web, (*stage).advance},
		{200 * s, "the second pod of 1.4 is ready", web, (*stage).advance},
		{204 * s, "the third pod of 1.4 is ready", web, (*stage).advance},
		{208 * s, "shop/web is rolled back", web, (*stage).advance},
		{214 * s, "the operator is cluster-admin again", operator, (*stage).widenOperator},
		{220 * s, "the scan report of grafana is gone", grafana, (*stage).unscan},
		{226 * s, "Secret legacy/intranet-db is what it was", secret, (*stage).unrotate},
		{232 * s, "n6 waits for a reboot again", n6, (*stage).unboot},
	}}
}
