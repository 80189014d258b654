; One arm at a table. `at` is direct support: standing on something or in it.
; A spot is whatever things can be at. Items are what the gripper can hold; an item may itself have room for
; others (a block for one, a cup for several), so it counts what is at it and can be picked only at count n0.
(define (domain tabletop)
  (:requirements :strips :typing)
  (:types spot fixture level relation - object
          item site - spot)
  (:constants table - site
              n0 - level
              left_of right_of in_front_of behind near - relation)
  (:predicates
    (at ?i - item ?s - spot)
    (holding ?i - item)
    (hand-empty)
    (settled ?s - spot)                                ; not in the gripper, so something can go beside it
    (reachable ?p - site)                             ; not shut away in a closed drawer
    (may-go ?i - item ?s - spot)                       ; where a goal wants it, or the table: nothing is put aside
    (may-go-beside ?i - item ?r - relation ?s - spot)  ; on top of or into what happens to stand there
    (inside-of ?p - site ?f - fixture)                ; the room within a fixture that opens
    (count ?i - item ?n - level)
    (next ?n ?m - level)
    (room ?i - item ?n - level)                        ; has room for one more when n are at it
    (beside ?i - item ?r - relation ?s - spot)
    (openable ?f - fixture) (pressable ?f - fixture)
    (open ?f - fixture) (closed ?f - fixture) (pressed ?f - fixture) (released ?f - fixture))

  (:action pick
    :parameters (?i - item ?p - site)
    :precondition (and (hand-empty) (at ?i ?p) (count ?i n0) (reachable ?p))
    :effect (and (holding ?i) (not (hand-empty)) (not (at ?i ?p)) (not (settled ?i))))

  (:action pick-off
    :parameters (?i ?s - item ?n ?m - level)
    :precondition (and (hand-empty) (at ?i ?s) (count ?i n0) (count ?s ?m) (next ?n ?m))
    :effect (and (holding ?i) (not (hand-empty)) (not (at ?i ?s)) (not (settled ?i))
                 (not (count ?s ?m)) (count ?s ?n)))

  (:action put
    :parameters (?i - item ?p - site)
    :precondition (and (holding ?i) (reachable ?p) (may-go ?i ?p))
    :effect (and (hand-empty) (not (holding ?i)) (at ?i ?p) (settled ?i)))

  (:action put-onto
    :parameters (?i ?s - item ?n ?m - level)
    :precondition (and (holding ?i) (may-go ?i ?s) (settled ?s) (count ?s ?n) (next ?n ?m) (room ?s ?n))
    :effect (and (hand-empty) (not (holding ?i)) (at ?i ?s) (settled ?i) (not (count ?s ?n)) (count ?s ?m)))

  (:action put-beside
    :parameters (?i - item ?r - relation ?s - spot)
    :precondition (and (holding ?i) (may-go-beside ?i ?r ?s) (settled ?s))
    :effect (and (hand-empty) (not (holding ?i)) (at ?i table) (settled ?i) (beside ?i ?r ?s)))

  (:action pull-open
    :parameters (?f - fixture ?p - site)
    :precondition (and (hand-empty) (openable ?f) (closed ?f) (inside-of ?p ?f))
    :effect (and (open ?f) (not (closed ?f)) (reachable ?p)))

  (:action push-closed
    :parameters (?f - fixture ?p - site)
    :precondition (and (hand-empty) (openable ?f) (open ?f) (inside-of ?p ?f))
    :effect (and (closed ?f) (not (open ?f)) (not (reachable ?p))))

  (:action press
    :parameters (?f - fixture)
    :precondition (and (hand-empty) (pressable ?f) (released ?f))
    :effect (and (pressed ?f) (not (released ?f)))))
