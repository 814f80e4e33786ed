import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How a rule stands in a feed; all instants are event time. Written by libs/notifications only. */
@Entity('alert_states')
export class AlertStateEntity {
  @PrimaryColumn('uuid', { name: 'rule_id' }) ruleId!: string;
  @PrimaryColumn('text') feed!: string;
  @Column('text') state!: 'ok' | 'firing';
  /** Of the last change of state; null: there was none. */
  @Column('timestamptz', { nullable: true }) since!: Date | null;
  /** Since when what was compared has asked for the other state without a break. */
  @Column('timestamptz', { name: 'leaning_since', nullable: true }) leaningSince!: Date | null;
  @Column('timestamptz', { name: 'fired_at', nullable: true }) firedAt!: Date | null;
  @Column('timestamptz', { name: 'judged_until' }) judgedUntil!: Date;
  @Column('double precision', { nullable: true }) value!: number | null;
}
