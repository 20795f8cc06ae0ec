// Package register names the generators that this build knows: none.
package register
